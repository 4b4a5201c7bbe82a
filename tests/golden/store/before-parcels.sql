BEGIN TRANSACTION;
CREATE TABLE head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	touched_at VARCHAR(40), 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,1,'09ed6df471f766f4b09792f62329fbf087628b43856009204bb357c2d00e04a4',NULL);
CREATE TABLE journal (
	seq INTEGER NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	type VARCHAR(40) NOT NULL, 
	schema INTEGER NOT NULL, 
	incident VARCHAR(64), 
	device TEXT, 
	payload TEXT NOT NULL, 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (hash)
);
INSERT INTO "journal" VALUES(1,'2026-11-20T02:00:00.000000+00:00','maintenance_set',1,NULL,'mcu','{"at":"2026-11-20T02:00:00.000000+00:00","by":"gongcheng","device":"mcu","note":"a board is changed","until":"2026-11-20T03:00:00.000000+00:00","via":""}','0000000000000000000000000000000000000000000000000000000000000000','09ed6df471f766f4b09792f62329fbf087628b43856009204bb357c2d00e04a4');
CREATE TABLE outbox (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id VARCHAR(160) NOT NULL, 
	channel VARCHAR(80) NOT NULL, 
	"key" VARCHAR(80) NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempts INTEGER NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	next_attempt_at VARCHAR(40) NOT NULL, 
	finished_at VARCHAR(40), 
	error TEXT NOT NULL, 
	UNIQUE (id)
);
INSERT INTO "outbox" VALUES(1,'20261120-1-1-oncall','oncall','20261120-1','{"alerts": []}','waiting',0,'2026-11-20T02:00:00.000000+00:00','2026-11-20T02:00:00.000000+00:00',NULL,'');
INSERT INTO "outbox" VALUES(2,'20261120-2-1-oncall','oncall','20261120-2','{"alerts": []}','waiting',1,'2026-11-20T02:00:00.000000+00:00','2026-11-20T02:08:00.000000+00:00',NULL,'HTTP 500');
INSERT INTO "outbox" VALUES(3,'20261120-3-1-oncall','oncall','20261120-3','{"alerts": []}','dead',1,'2026-11-20T02:00:00.000000+00:00','2026-11-20T02:00:00.000000+00:00','2026-11-20T02:00:00.000000+00:00','HTTP 422');
INSERT INTO "outbox" VALUES(4,'20261120-4-1-oncall','oncall','20261120-4','{"alerts": []}','delivered',1,'2026-11-20T02:00:00.000000+00:00','2026-11-20T02:00:00.000000+00:00','2026-11-20T02:00:00.000000+00:00','');
CREATE TABLE snapshot (
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (seq)
);
CREATE INDEX journal_incident ON journal (incident, seq);
CREATE INDEX journal_at ON journal (at);
CREATE INDEX outbox_waiting ON outbox (state, channel, "key", position);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',4);
COMMIT;
