-- what:    how far each live source was read, load by load: setting a load aside sets its cursor aside with it
-- grain:   see the table's comment

CREATE TABLE live_cursors (load_id INTEGER PRIMARY KEY, asking VARCHAR, kind VARCHAR, value VARCHAR, continued_from INTEGER);
COMMENT ON TABLE live_cursors IS 'One row per load of a live source that is read from a cursor on';
COMMENT ON COLUMN live_cursors.load_id IS 'The load after which the cursor stands';
COMMENT ON COLUMN live_cursors.asking IS 'A fingerprint of what is asked (table or query, cursor column); another one begins from the start';
COMMENT ON COLUMN live_cursors.kind IS 'What the cursor is: instant, local, date, whole or decimal';
COMMENT ON COLUMN live_cursors.value IS 'The greatest cursor value that was read, never later than the extraction';
COMMENT ON COLUMN live_cursors.continued_from IS 'The load whose cursor this one went on from; NULL: it read from the start';
