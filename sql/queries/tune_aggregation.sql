-- Settings for the reductions of this transaction: serial, because the parallel plan sorts where the
-- serial one hashes and is 1.6 times slower; no compilation, which costs more than a month gains
-- by it; enough memory for the groups of a month to be hashed.
-- Returns one row without meaning.
SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true),
       set_config('work_mem', '256MB', true);
