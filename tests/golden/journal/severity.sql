BEGIN TRANSACTION;
CREATE TABLE head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	touched_at VARCHAR(40), 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,23,'d686d5793c0da2870703c7f3318f3136d73802b92ee7b7338891badbad51218e',NULL);
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
INSERT INTO "journal" VALUES(1,'2026-03-20T02:00:00.000000+00:00','device_state_changed',1,NULL,'core','{"after":"up","at":"2026-03-20T02:00:00.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"core","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T01:59:59.990000+00:00"}','0000000000000000000000000000000000000000000000000000000000000000','0bd189b24b15a553d1920d054b33777339d9b47410006155a7dc2cef04cd10fe');
INSERT INTO "journal" VALUES(2,'2026-03-20T02:00:01.000000+00:00','device_state_changed',1,NULL,'access','{"after":"up","at":"2026-03-20T02:00:01.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"access","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:00.990000+00:00"}','0bd189b24b15a553d1920d054b33777339d9b47410006155a7dc2cef04cd10fe','700fa020fa1c96502097165c8a1383105ffb1e17f22e2d54a5d96c22933c9add');
INSERT INTO "journal" VALUES(3,'2026-03-20T02:00:02.000000+00:00','device_state_changed',1,NULL,'mcu','{"after":"up","at":"2026-03-20T02:00:02.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"mcu","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:01.990000+00:00"}','700fa020fa1c96502097165c8a1383105ffb1e17f22e2d54a5d96c22933c9add','d07bc5a0b4e5ce5d4789a91dd8cc9a9ef54a9cab91de391b535e36439d2833a9');
INSERT INTO "journal" VALUES(4,'2026-03-20T02:00:03.000000+00:00','device_state_changed',1,NULL,'cam-1','{"after":"up","at":"2026-03-20T02:00:03.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"cam-1","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:02.990000+00:00"}','d07bc5a0b4e5ce5d4789a91dd8cc9a9ef54a9cab91de391b535e36439d2833a9','e62a436f0252260df8afcb793f43242afcfd9b569fa8d107522952f07c9efd09');
INSERT INTO "journal" VALUES(5,'2026-03-20T02:00:04.000000+00:00','device_state_changed',1,NULL,'cam-2','{"after":"up","at":"2026-03-20T02:00:04.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"cam-2","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:03.990000+00:00"}','e62a436f0252260df8afcb793f43242afcfd9b569fa8d107522952f07c9efd09','948ca8982824b98a2f5e80dd23e3b844f6c49970695a426d8a7a57cbf3d753cc');
INSERT INTO "journal" VALUES(6,'2026-03-20T02:00:05.000000+00:00','device_state_changed',1,NULL,'cam-3','{"after":"up","at":"2026-03-20T02:00:05.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"cam-3","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:04.990000+00:00"}','948ca8982824b98a2f5e80dd23e3b844f6c49970695a426d8a7a57cbf3d753cc','95db1aba09c5d67790f3c4f0677366767d9b53f3b9b3a19e890078d1ddcda8c4');
INSERT INTO "journal" VALUES(7,'2026-03-20T02:00:06.000000+00:00','device_state_changed',1,NULL,'cam-4','{"after":"up","at":"2026-03-20T02:00:06.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"cam-4","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:05.990000+00:00"}','95db1aba09c5d67790f3c4f0677366767d9b53f3b9b3a19e890078d1ddcda8c4','55784bd263fc9f4bf142f77df12fef3903422dfce37f8571b312fec657d3ce20');
INSERT INTO "journal" VALUES(8,'2026-03-20T02:00:07.000000+00:00','device_state_changed',1,NULL,'cam-5','{"after":"up","at":"2026-03-20T02:00:07.000000+00:00","before":"unknown","cause":null,"covered_since":null,"covered_until":null,"device":"cam-5","failed":[],"flapping":false,"good":true,"measured":null,"reason":"it answers","since":"2026-03-20T02:00:06.990000+00:00"}','55784bd263fc9f4bf142f77df12fef3903422dfce37f8571b312fec657d3ce20','af7dcdeb9698528cd0fdc9601eb4c7e645d81674028365974f6b0bf1588b019b');
INSERT INTO "journal" VALUES(9,'2026-03-20T02:02:03.000000+00:00','contract_watched',1,NULL,NULL,'{"at":"2026-03-20T02:02:03.000000+00:00","contract":"xicheng-vc-2025"}','af7dcdeb9698528cd0fdc9601eb4c7e645d81674028365974f6b0bf1588b019b','9447373b4d976586382ccd291c3e3b072239fae855d9e3e50c7a1b521236c0b9');
INSERT INTO "journal" VALUES(10,'2026-03-20T02:02:03.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:03.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-20T16:00:00.000000+00:00","obligation":"E12","part":"","service":""}','9447373b4d976586382ccd291c3e3b072239fae855d9e3e50c7a1b521236c0b9','ac98cc071e137d09247983d22e3b4016002367f368757e7a43866b32a24151e9');
INSERT INTO "journal" VALUES(11,'2026-03-20T02:02:03.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:03.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E14","part":"","service":""}','ac98cc071e137d09247983d22e3b4016002367f368757e7a43866b32a24151e9','405ea3194ee855fa9df42d75c4a0d99e0de08a586765e5a5c8ab6f0ef74bb35a');
INSERT INTO "journal" VALUES(12,'2026-03-20T02:02:03.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:03.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E15","part":"","service":""}','405ea3194ee855fa9df42d75c4a0d99e0de08a586765e5a5c8ab6f0ef74bb35a','725a34930199825628fc6d9d3cfe5ced166d48578ec9a79a2c1eb591b7398a7a');
INSERT INTO "journal" VALUES(13,'2026-03-20T02:02:03.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:03.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E16","part":"","service":""}','725a34930199825628fc6d9d3cfe5ced166d48578ec9a79a2c1eb591b7398a7a','48575c270371078d71284565caf4c3756ceff4af6aa09d00ee916f659ae81819');
INSERT INTO "journal" VALUES(14,'2026-03-20T02:02:03.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:03.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E34","part":"","service":""}','48575c270371078d71284565caf4c3756ceff4af6aa09d00ee916f659ae81819','bd81f818f4560993376087ab35cadc6b39bbfada90c0729182c4094f358777de');
INSERT INTO "journal" VALUES(15,'2026-03-20T02:02:06.000000+00:00','device_state_changed',1,NULL,'mcu','{"after":"down","at":"2026-03-20T02:02:06.000000+00:00","before":"up","cause":null,"covered_since":null,"covered_until":null,"device":"mcu","failed":[],"flapping":false,"good":false,"measured":null,"reason":"icmp timeout ×4","since":"2026-03-20T02:02:01.000000+00:00"}','bd81f818f4560993376087ab35cadc6b39bbfada90c0729182c4094f358777de','13984de9f7cda649afe599a449a4f44cfedabf11ce67f10da85429a6be3d2c05');
INSERT INTO "journal" VALUES(16,'2026-03-20T02:02:06.000000+00:00','incident_opened',1,'20260320-1','mcu','{"at":"2026-03-20T02:02:06.000000+00:00","by":"","condition":"DeviceDown","contract":"xicheng-vc-2025","detail":"icmp timeout ×4","device":"mcu","gives_way_at":null,"incident":"20260320-1","kind":"mcu","labels":{"venue":"main-hall"},"own_labels":{},"service":"vc","severity":"major","severity_given":false,"site":"hall","starts_at":"2026-03-20T02:02:01.000000+00:00","state":"down","subject":"","value":null}','13984de9f7cda649afe599a449a4f44cfedabf11ce67f10da85429a6be3d2c05','72f531850f3d2d3b1eb79b3eb1062d484a908ca63dadef49b7928cc75425ecf5');
INSERT INTO "journal" VALUES(17,'2026-03-20T02:02:06.000000+00:00','fact_added',1,'20260320-1',NULL,'{"at":"2026-03-20T02:02:06.000000+00:00","fact":{"about":"","approved_by":"","at":"2026-03-20T02:02:01.000000+00:00","by":"monitoring","clauses":[],"contradicted":false,"delivery":"","note":"icmp timeout ×4","paper":"","paper_sha256":"","type":"detected","withdraws":null},"incident":"20260320-1"}','72f531850f3d2d3b1eb79b3eb1062d484a908ca63dadef49b7928cc75425ecf5','f46a4fe807a7d4ecba7157dbd1882a84427116a203f0c72cd9a8de3146548010');
INSERT INTO "journal" VALUES(18,'2026-03-20T02:02:06.000000+00:00','clock_changed',1,'20260320-1',NULL,'{"after":"running","at":"2026-03-20T02:02:06.000000+00:00","at_risk_at":"2026-03-20T02:03:31.000000+00:00","before":null,"clause":"E2","contract":"xicheng-vc-2025","due_at":"2026-03-20T02:05:01.000000+00:00","incident":"20260320-1","met_at":null,"provisional":false,"reason":"the incident was opened","starts_at":"2026-03-20T02:02:01.000000+00:00","strict_due_at":null,"target":"on_site"}','f46a4fe807a7d4ecba7157dbd1882a84427116a203f0c72cd9a8de3146548010','b54e90f77c5eac9cfc5c95bcd18b58665f8e44a4baa8d8b23479338d6da0af3d');
INSERT INTO "journal" VALUES(19,'2026-03-20T02:03:30.000000+00:00','scope_judged',1,'20260320-1',NULL,'{"at":"2026-03-20T02:03:30.000000+00:00","by":"值班员","incident":"20260320-1","labels":{},"reason":"a meeting is on","service":null,"severity":"emergency"}','b54e90f77c5eac9cfc5c95bcd18b58665f8e44a4baa8d8b23479338d6da0af3d','dc6c01475265fa05bd7ce8527769622cd78f92ef1857703e7deb24a8912256b0');
INSERT INTO "journal" VALUES(20,'2026-03-20T02:03:30.000000+00:00','command_refused',1,'20260320-1',NULL,'{"at":"2026-03-20T02:03:30.000000+00:00","by":"值班员","command":"JudgeScope","device":null,"incident":"20260320-1","reason":"nothing would change: it is emergency, service vc already"}','dc6c01475265fa05bd7ce8527769622cd78f92ef1857703e7deb24a8912256b0','21eebe4b5c57c72059481552f8664bb8ca077fcdc13ecbf1464215f04ad1b8ae');
INSERT INTO "journal" VALUES(21,'2026-03-20T02:03:30.000000+00:00','severity_set',1,'20260320-1',NULL,'{"at":"2026-03-20T02:03:30.000000+00:00","by":"值班员","incident":"20260320-1","note":"the whole hall","severity":"major"}','21eebe4b5c57c72059481552f8664bb8ca077fcdc13ecbf1464215f04ad1b8ae','89bce42aeace7ad83b544933a399071b4ee0b43d993b66f01d68a8f85f5ae3d1');
INSERT INTO "journal" VALUES(22,'2026-03-20T02:03:30.000000+00:00','incident_renewed',1,'20260320-1',NULL,'{"at":"2026-03-20T02:03:30.000000+00:00","incident":"20260320-1","reason":"there for good now"}','89bce42aeace7ad83b544933a399071b4ee0b43d993b66f01d68a8f85f5ae3d1','3c5b4aeba907cbd6eebfcb0d1e518f9e74d7e01e3d47269f987946af5d3763db');
INSERT INTO "journal" VALUES(23,'2026-03-20T02:03:30.000000+00:00','backup_recorded',1,NULL,'core','{"at":"2026-03-20T02:03:30.000000+00:00","changed":true,"commit":"1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f","device":"core","lines":812,"ok":true,"order":"CO-7","reason":"","taken_at":"2026-03-20T02:02:30.000000+00:00","unannounced":false}','3c5b4aeba907cbd6eebfcb0d1e518f9e74d7e01e3d47269f987946af5d3763db','d686d5793c0da2870703c7f3318f3136d73802b92ee7b7338891badbad51218e');
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
INSERT INTO "snapshot" VALUES(15,'13984de9f7cda649afe599a449a4f44cfedabf11ce67f10da85429a6be3d2c05','2026-03-20T02:03:30+00:00',X'7801DD586D6F9B3010FE2B88AF6B2A03812AF9BE7FD06F6D852EC6A156C0467E492645F9EFBB73C2DA2D1A2C1DDA54223EF82EC79DEFC1D8CFC331B6FC55B410AFA3E42E8AC55E2867D1787A8A2BB1975C94D68113257F05558B2ABE8B8E31380C885396160B962D52F6C8D2356378DDB3F0FB120C0CBDA4A068AE8D20CF466C69841EAF764A1F143961EB8409BE8E4C2B150F21EF4B24EB7C85D7FD6A4535DE4A1801562BBA59BA08943D08632909076F2989F24D83E6166483D3C7C65ED0AAB5A6B1335EA0D5620A6FC2BF7D74035D27558D315B682C0571BD171853F693BB44F66EAF9C6C2EE54E58E203F02503F001E7C286BE3E0C60FF8CE60B603A0060CBFD5F2DBF337AC98C975F36801E8776914C805F3A63FC9623F8A513E097CD18BF7C04BF6C02FC9633C6AF18C16F39017EF98CF17B18C12F9F00BFE2F3E0C7B57206B82B0FE090210E303F3C1AAFCF8EFE76A444F137890954BDD873248B691E9FF99103BB1BA795372747AAA6378DACC1C9332DFC9A849DD70A437496E6430FB20313582C8D2B2FCA2B4E9B14BFE1B46F044C77E267FA0AAE34D2EEFE7983E1D5BEA9C12C79FC4C0D86776FCE0D16B40E67DC60F69F96E86D1A16379BA153F45A4304B9FA43BD561739DB4BC45F2532A6BFD678EFF42B6FBBC8C95668EFA267CF58F51050FB1325DBABD4E9A52CC965A51D6E9DF459E07822D3B71B52D9649EBE0338D59FE1');
CREATE INDEX journal_incident ON journal (incident, seq);
CREATE INDEX journal_at ON journal (at);
CREATE INDEX outbox_waiting ON outbox (state, channel, "key", position);
DELETE FROM "sqlite_sequence";
COMMIT;
