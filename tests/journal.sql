-- The journal of a run that was stopped, as every language writes one and goes on with it: one process is done, one refused,
-- one in doubt, one not begun. `base_url` and `app_id` are put in by each test.
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE run (version INTEGER NOT NULL, run_id TEXT NOT NULL, operation TEXT NOT NULL, base_url TEXT NOT NULL, app_id TEXT NOT NULL, items_sha256 TEXT NOT NULL, count INTEGER NOT NULL, options TEXT NOT NULL, started_ms INTEGER NOT NULL, ended TEXT);
CREATE TABLE item (position INTEGER PRIMARY KEY, process_id TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'planned', attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT, effect TEXT, kind TEXT, code INTEGER, status INTEGER, log_id TEXT, summary TEXT, intended_ms INTEGER, ended_ms INTEGER);
INSERT INTO run VALUES (1, '9b1deb4d3b7d4bad', 'withdraw_process', '', '', '1c9ec3f8aeee494ef1c3f1522e7c0e4970ad428a0b3f0468247e3537b8eb3237', 4, '{"actor":{"system":true},"reason_sha256":"609cf2fdf6ffcc614b99ca051b0611be0705c403db6c8f222e17070726cb0d06"}', 1790000000000, NULL);
INSERT INTO item VALUES (0, '7900000000000000001', 'ended', 1, 'ours', 'applied', NULL, NULL, NULL, 'LOG-1', '', 1790000000010, 1790000000200);
INSERT INTO item VALUES (1, '7900000000000000002', 'ended', 1, 'rejected', 'none', 'rejected', 1160100, NULL, 'LOG-2', 'refused', 1790000000010, 1790000000200);
INSERT INTO item VALUES (2, '7900000000000000003', 'intended', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1790000000010, NULL);
INSERT INTO item VALUES (3, '7900000000000000004', 'planned', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
COMMIT;
