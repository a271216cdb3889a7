-- what:    what protects people in the landed rows: which load was protected how, who was forgotten, what became too old
-- note:    no name and no salt stands in any of these tables, only keyed hashes that lead nowhere without their key

ALTER TABLE landing_loads ADD COLUMN protection VARCHAR;
COMMENT ON COLUMN landing_loads.protection IS 'The rules of process.yaml under which its columns were dropped, hashed or made coarse, as JSON; NULL: none';
ALTER TABLE landing_loads ADD COLUMN rows_forgotten BIGINT;
COMMENT ON COLUMN landing_loads.rows_forgotten IS 'Rows left out while landing, for they are about somebody who was forgotten; NULL: none';
ALTER TABLE landing_loads ADD COLUMN purged_at TIMESTAMPTZ;
COMMENT ON COLUMN landing_loads.purged_at IS 'When its rows were removed: protection changed, or they were kept long enough; NULL: they stand';

CREATE TABLE landing_protected (source_no INTEGER, name VARCHAR, PRIMARY KEY (source_no, name));
COMMENT ON TABLE landing_protected IS 'One row per protected column that a source was seen to have, whether it is landed or not';
COMMENT ON COLUMN landing_protected.source_no IS 'The source';
COMMENT ON COLUMN landing_protected.name IS 'Name of the column';

CREATE TABLE salt_fingerprints (process VARCHAR, salt_version INTEGER, nonce BLOB, fingerprint VARCHAR, PRIMARY KEY (process, salt_version));
COMMENT ON TABLE salt_fingerprints IS 'One row per salt of a process: tells a changed salt, without telling the salt';
COMMENT ON COLUMN salt_fingerprints.process IS 'Name of the process';
COMMENT ON COLUMN salt_fingerprints.salt_version IS 'Number of the salt, as protect.salt_version in process.yaml';
COMMENT ON COLUMN salt_fingerprints.nonce IS 'Random bytes that the fingerprint was made with';
COMMENT ON COLUMN salt_fingerprints.fingerprint IS 'PBKDF2-HMAC-SHA256 of the salt and the nonce, 200,000 rounds';

CREATE TABLE landing_secret (key BLOB);
COMMENT ON TABLE landing_secret IS 'One row: random bytes, made once, that key the hashes of the forgotten';
COMMENT ON COLUMN landing_secret.key IS '64 random bytes';

CREATE TABLE forgettings (
    forget_no INTEGER PRIMARY KEY, process VARCHAR, kind VARCHAR, asked_at TIMESTAMPTZ, cases BIGINT, events BIGINT,
    "rows" BIGINT, other_rows BIGINT, finished_at TIMESTAMPTZ
);
COMMENT ON TABLE forgettings IS 'A ledger, one row per removal: who asked is not told, how much went is';
COMMENT ON COLUMN forgettings.forget_no IS 'Number of the removal, growing';
COMMENT ON COLUMN forgettings.process IS 'Name of the process';
COMMENT ON COLUMN forgettings.kind IS 'case, resource, name (events kept, name blanked), retention (cases too old) or skipped (rows of later deliveries)';
COMMENT ON COLUMN forgettings.asked_at IS 'When it began; of retention and skipped, the as_of and the load that it belongs to';
COMMENT ON COLUMN forgettings.cases IS 'Cases that were removed or changed';
COMMENT ON COLUMN forgettings.events IS 'Events of them that the mart had';
COMMENT ON COLUMN forgettings."rows" IS 'Landed rows that were removed or blanked';
COMMENT ON COLUMN forgettings.other_rows IS 'Other landed rows in which the text was blanked, too';
COMMENT ON COLUMN forgettings.finished_at IS 'When the last file was rewritten; NULL: cut off, asrun forget must run again';

CREATE TABLE forgotten_keys (forget_no INTEGER, process VARCHAR, kind VARCHAR, key VARCHAR, PRIMARY KEY (process, kind, key));
COMMENT ON TABLE forgotten_keys IS 'One row per person forgotten, as a keyed hash, so that later deliveries do not bring them back';
COMMENT ON COLUMN forgotten_keys.forget_no IS 'The removal';
COMMENT ON COLUMN forgotten_keys.process IS 'Name of the process';
COMMENT ON COLUMN forgotten_keys.kind IS 'case, resource or name';
COMMENT ON COLUMN forgotten_keys.key IS 'SHA-256 over landing_secret, kind and text';

CREATE TABLE rewriting_due (file VARCHAR PRIMARY KEY);
COMMENT ON TABLE rewriting_due IS 'Files whose removed rows still lie in free blocks, to be written afresh before the next publishing';
COMMENT ON COLUMN rewriting_due.file IS 'landing or mart';
