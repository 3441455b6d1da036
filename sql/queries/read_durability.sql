-- Does this server keep what it committed through a crash?
-- Returns fsync, full_page_writes, synchronous_commit, each as the server writes them.
SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit');
