-- Where every table lives on a Citus cluster. Not run on plain PostgreSQL, nor by `recueil migrate`: step
-- 2 of 3, between 0001_tables.sql and 0002_links.sql, run by the owner of the schema.
--
-- Every table of the schema is named here once, as tenant, reference or local; a test compares this
-- file with the schema. Local tables (nothing to run): schema_migration.

-- Reference: whole on every node.
SELECT create_reference_table('recueil.collectivity');

-- Tenant: the rows of a collectivity together on one node.
SELECT create_distributed_table('recueil.submission', 'collectivity_id');
SELECT create_distributed_table('recueil.survey', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.collectivity_version', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.catalogue_version', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.procedure', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.pain_point', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.commune', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.service', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.choice', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.survey_version', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.bearer_key', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.submission_content', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.changed_month', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.sealed_month', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.rollup', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.rollup_detail', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.rollup_partition', 'collectivity_id',
    colocate_with => 'recueil.submission');
SELECT create_distributed_table('recueil.rollup_left_out', 'collectivity_id',
    colocate_with => 'recueil.submission');
-- After 0003_quarantine.sql:
SELECT create_distributed_table('recueil.quarantine', 'collectivity_id',
    colocate_with => 'recueil.submission');
