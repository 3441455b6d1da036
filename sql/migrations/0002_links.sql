-- Step 3 of 3: links between tenant tables, after they were distributed (sql/citus.sql).
-- None from `submission`: the daemon checked, and `other` is no procedure.

ALTER TABLE recueil.survey_version
    ADD CONSTRAINT survey_version_survey FOREIGN KEY (collectivity_id, survey)
    REFERENCES recueil.survey (collectivity_id, survey);
