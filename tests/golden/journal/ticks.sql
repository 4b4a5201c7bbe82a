BEGIN TRANSACTION;
CREATE TABLE head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	touched_at VARCHAR(40), 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,21,'2bc1f538a6c49bd6a84e86066b4d15ff54e508adeb91e66c9b5248e99ed5c304',NULL);
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
INSERT INTO "journal" VALUES(1,'2026-03-20T02:00:00.000000+00:00','contract_watched',1,NULL,NULL,'{"at":"2026-03-20T02:00:00.000000+00:00","contract":"xicheng-vc-2025"}','0000000000000000000000000000000000000000000000000000000000000000','7a420fa70e14cc42c6255d376bb9f2d8cb4f876ecca0567e484381035cc41ebd');
INSERT INTO "journal" VALUES(2,'2026-03-20T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-20T16:00:00.000000+00:00","obligation":"E12","part":"","service":""}','7a420fa70e14cc42c6255d376bb9f2d8cb4f876ecca0567e484381035cc41ebd','1a65eb7cefb254e6f0e886fc73d54b06d71d9ba4a04af45e021f24318c54af2d');
INSERT INTO "journal" VALUES(3,'2026-03-20T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E14","part":"","service":""}','1a65eb7cefb254e6f0e886fc73d54b06d71d9ba4a04af45e021f24318c54af2d','6b24f0233f9a291b053c42325b81ce14572567b63eef952f5232f32012b1c64a');
INSERT INTO "journal" VALUES(4,'2026-03-20T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E15","part":"","service":""}','6b24f0233f9a291b053c42325b81ce14572567b63eef952f5232f32012b1c64a','41c0ffeb8aa5f6e04da1b2fc5bf845a488ffaa5e4b75bb01ff2884823ba9bf34');
INSERT INTO "journal" VALUES(5,'2026-03-20T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E16","part":"","service":""}','41c0ffeb8aa5f6e04da1b2fc5bf845a488ffaa5e4b75bb01ff2884823ba9bf34','75bd5cd4f225a1aa84e5e6e7cc3883e77628f14816373a8029d7227e79594961');
INSERT INTO "journal" VALUES(6,'2026-03-20T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E34","part":"","service":""}','75bd5cd4f225a1aa84e5e6e7cc3883e77628f14816373a8029d7227e79594961','7e5dfc2bb241ef980fa0f661b180133c3e988f77f01d419d880deadce474488a');
INSERT INTO "journal" VALUES(7,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"at_risk","contract":"xicheng-vc-2025","due_at":"2026-03-20T16:00:00.000000+00:00","obligation":"E12","part":"","service":""}','7e5dfc2bb241ef980fa0f661b180133c3e988f77f01d419d880deadce474488a','c7e182d44ba136dd91dd474eec288feca8cdcfe57b71b2caec9210f1133b8adb');
INSERT INTO "journal" VALUES(8,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-27T16:00:00.000000+00:00","obligation":"E12","part":"","service":""}','c7e182d44ba136dd91dd474eec288feca8cdcfe57b71b2caec9210f1133b8adb','79ae51a8c5bcc4e067894b994e45566865b565f6da7804e1c62e347b8ac6609a');
INSERT INTO "journal" VALUES(9,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-20T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','79ae51a8c5bcc4e067894b994e45566865b565f6da7804e1c62e347b8ac6609a','9e258c987683b53c5d61f8f97b10944e4ae5fccb4eba6fe9fa0004361ad06f53');
INSERT INTO "journal" VALUES(10,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-21T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','9e258c987683b53c5d61f8f97b10944e4ae5fccb4eba6fe9fa0004361ad06f53','75a192ced52ff2dbfc5dce773f1570326c07b40d24e984ccc7e29f6188e3bf47');
INSERT INTO "journal" VALUES(11,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-22T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','75a192ced52ff2dbfc5dce773f1570326c07b40d24e984ccc7e29f6188e3bf47','f3c2332e235008978ad334dd947678b00ba466f8bb193a78bde5e2392df45160');
INSERT INTO "journal" VALUES(12,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-23T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','f3c2332e235008978ad334dd947678b00ba466f8bb193a78bde5e2392df45160','b944470d1d6ae9d061d227d3a3971aa00f53f6b105fd09d573141ab29f9cc1de');
INSERT INTO "journal" VALUES(13,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-24T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','b944470d1d6ae9d061d227d3a3971aa00f53f6b105fd09d573141ab29f9cc1de','1062a011584881b53b683cce8af71f2b63d7d98823cd27c9a5cef33311adecb0');
INSERT INTO "journal" VALUES(14,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-25T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','1062a011584881b53b683cce8af71f2b63d7d98823cd27c9a5cef33311adecb0','70ee24615aac08cc7d751f5f19479ce4fcce955a5e73b6c7c0bf6154b32e0562');
INSERT INTO "journal" VALUES(15,'2026-03-27T02:00:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"overdue","at":"2026-03-27T02:00:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-26T16:00:00.000000+00:00","obligation":"E13","part":"","service":""}','70ee24615aac08cc7d751f5f19479ce4fcce955a5e73b6c7c0bf6154b32e0562','8036af4f0378b587534171030127fe56fea1c20be0d27ace4603eefffb326237');
INSERT INTO "journal" VALUES(16,'2026-03-27T02:00:00.000000+00:00','obligation_done',1,NULL,NULL,'{"at":"2026-03-27T02:00:00.000000+00:00","by":"值班员","contract":"xicheng-vc-2025","day":"2026-03-21","done_at":"2026-03-27T02:00:00.000000+00:00","due_at":null,"file":"","file_sha256":"","note":"","obligation":"E18","part":"","place":"","service":""}','8036af4f0378b587534171030127fe56fea1c20be0d27ace4603eefffb326237','e7277903a9ede537745adac3aaf66b96cea2a41797a376a72eb89818208c8df2');
INSERT INTO "journal" VALUES(17,'2026-03-27T02:00:00.000000+00:00','obligation_done',1,NULL,NULL,'{"at":"2026-03-27T02:00:00.000000+00:00","by":"值班员","contract":"xicheng-vc-2025","day":"2026-03-21","done_at":"2026-03-27T02:00:00.000000+00:00","due_at":null,"file":"","file_sha256":"","note":"","obligation":"E18","part":"","place":"","service":""}','e7277903a9ede537745adac3aaf66b96cea2a41797a376a72eb89818208c8df2','045caa52b13d5eca2ccb2cc1e404a130d9bf7269e9137f7eefd7577e584c1c80');
INSERT INTO "journal" VALUES(18,'2026-03-27T02:00:00.000000+00:00','obligation_undone',1,NULL,NULL,'{"again":false,"at":"2026-03-27T02:00:00.000000+00:00","by":"组长","contract":"xicheng-vc-2025","day":"2026-03-21","due_at":null,"obligation":"E18","part":"","place":"","reason":"填错","service":""}','045caa52b13d5eca2ccb2cc1e404a130d9bf7269e9137f7eefd7577e584c1c80','bb9908575ac5290a7a3732ef811c054aa2d103b980be56702aa57b8a44ea2c2c');
INSERT INTO "journal" VALUES(19,'2026-03-27T02:00:00.000000+00:00','obligation_undone',1,NULL,NULL,'{"again":false,"at":"2026-03-27T02:00:00.000000+00:00","by":"组长","contract":"xicheng-vc-2025","day":"2026-03-21","due_at":null,"obligation":"E18","part":"","place":"","reason":"填错","service":""}','bb9908575ac5290a7a3732ef811c054aa2d103b980be56702aa57b8a44ea2c2c','e401a68f369ae374753b1a1ca8c3aa2a3c11f181e37e5d67e5a27bda88d5cba0');
INSERT INTO "journal" VALUES(20,'2026-03-27T02:00:00.000000+00:00','command_refused',1,NULL,NULL,'{"at":"2026-03-27T02:00:00.000000+00:00","by":"组长","command":"MarkUndone","device":null,"incident":null,"reason":"E18 of 2026-03-21 is not ticked off"}','e401a68f369ae374753b1a1ca8c3aa2a3c11f181e37e5d67e5a27bda88d5cba0','9a9d8ba7197b0a09aa33bb998232f316cba3069c616d62a8b6e49765fd3c78d5');
INSERT INTO "journal" VALUES(21,'2026-03-27T02:00:00.000000+00:00','obligation_excused',1,NULL,NULL,'{"approved_by":"the customer","at":"2026-03-27T02:00:00.000000+00:00","by":"值班员","contract":"xicheng-vc-2025","day":"","due_at":"2026-03-20T16:00:00.000000+00:00","obligation":"E12","paper":"letter.pdf","paper_sha256":"abababababababababababababababababababababababababababababababab","part":"","reason":"supplier strike","service":"","withdrawn":false}','9a9d8ba7197b0a09aa33bb998232f316cba3069c616d62a8b6e49765fd3c78d5','2bc1f538a6c49bd6a84e86066b4d15ff54e508adeb91e66c9b5248e99ed5c304');
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
CREATE TABLE snapshot (
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "snapshot" VALUES(14,'70ee24615aac08cc7d751f5f19479ce4fcce955a5e73b6c7c0bf6154b32e0562','2026-03-27T02:00:00+00:00',X'7801DD96DF6B833010C7FF15C9EB74C4A45AE8FBFE83BEC990985E6DE89A94247505F17FEFC5B1B11F0C9CEDD655C98367EE2E7EB87C936B89931BD809B288D23822D080F60E8DA220D2686F85F4E5B3F0E8B32271D412E1719230CAF284F284D125650B4A71DCD3FEB9EB0D747D0B0FFE478509749D3412435846BAC7382A88176E5BCA8DD0F54593E3DAA67A52B5F0CAE8B0FA433A0B3FE4C0364A42F812CCBDB03D4B785F1DA0FC48C6D3659A7F4356C1DAD83E8FD9830EF162EDC186C4C29756B9ED9F03665307CC270EC8FFE9169D8F13386AE2B306D98F2B88A7CB000DBE4AEEBD0C4D0316353D508657659C0F613CF39CB91C20FFA5227E01BC560547008EBB296E08908DDAA23704C8A70E389B3A60762620F6A3441B8FED61687EDB2E98875D05F6C5EC4E0EF2F58A');
CREATE INDEX journal_incident ON journal (incident, seq);
CREATE INDEX journal_at ON journal (at);
CREATE INDEX outbox_waiting ON outbox (state, channel, "key", position);
DELETE FROM "sqlite_sequence";
COMMIT;
