BEGIN TRANSACTION;
CREATE TABLE head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	touched_at VARCHAR(40), 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,17,'39e192b7214b42cc0cdd68a4da6fbfd07a562712234807c4d59a58bc258fede0',NULL);
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
INSERT INTO "journal" VALUES(9,'2026-03-20T02:02:00.000000+00:00','maintenance_set',1,NULL,'mcu','{"at":"2026-03-20T02:02:00.000000+00:00","by":"李","device":"mcu","note":"","until":"2026-03-20T11:02:00.000000+00:00"}','af7dcdeb9698528cd0fdc9601eb4c7e645d81674028365974f6b0bf1588b019b','b0294e7440d664ccd9556d4da4bca4839dcaf47f374e7f2ecfd61cce783410a2');
INSERT INTO "journal" VALUES(10,'2026-03-20T02:02:00.000000+00:00','device_state_changed',1,NULL,'mcu','{"after":"maintenance","at":"2026-03-20T02:02:00.000000+00:00","before":"up","cause":null,"covered_since":null,"covered_until":null,"device":"mcu","failed":[],"flapping":false,"good":true,"measured":{"reason":"it answers","since":"2026-03-20T02:00:01.990000+00:00","state":"up"},"reason":"maintenance until 2026-03-20T11:02:00+00:00","since":"2026-03-20T02:02:00.000000+00:00"}','b0294e7440d664ccd9556d4da4bca4839dcaf47f374e7f2ecfd61cce783410a2','423011b2a4a67b178a071589b0d7d014c4f4e96ef759475481be99787720f727');
INSERT INTO "journal" VALUES(11,'2026-03-20T02:02:00.000000+00:00','device_renamed',1,NULL,'mcu-beijing','{"at":"2026-03-20T02:02:00.000000+00:00","device":"mcu-beijing","formerly":"mcu"}','423011b2a4a67b178a071589b0d7d014c4f4e96ef759475481be99787720f727','9fe99b150933e4a4a332dc97aac46a571fd99ebc0a7b95e1b092ce679c22969f');
INSERT INTO "journal" VALUES(12,'2026-03-20T02:02:00.000000+00:00','contract_watched',1,NULL,NULL,'{"at":"2026-03-20T02:02:00.000000+00:00","contract":"xicheng-vc-2025"}','9fe99b150933e4a4a332dc97aac46a571fd99ebc0a7b95e1b092ce679c22969f','b2802d4dff37838d79e6f6e825c2f429c667d57ff10b4a980145430379892955');
INSERT INTO "journal" VALUES(13,'2026-03-20T02:02:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-20T16:00:00.000000+00:00","obligation":"E12","part":"","service":""}','b2802d4dff37838d79e6f6e825c2f429c667d57ff10b4a980145430379892955','8804a510d636b936e6c3465b20ab9f2c7a6c1d4626ab7b6627f036b576cca585');
INSERT INTO "journal" VALUES(14,'2026-03-20T02:02:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E14","part":"","service":""}','8804a510d636b936e6c3465b20ab9f2c7a6c1d4626ab7b6627f036b576cca585','61900f93edbbf8fea5dc5a93fc8baac0e7856e0cf0e6170060af828737ccc020');
INSERT INTO "journal" VALUES(15,'2026-03-20T02:02:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E15","part":"","service":""}','61900f93edbbf8fea5dc5a93fc8baac0e7856e0cf0e6170060af828737ccc020','1407e166c11aca632df4370ccb3172ebf9fa2c006deb0001fa9fec8406515258');
INSERT INTO "journal" VALUES(16,'2026-03-20T02:02:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E16","part":"","service":""}','1407e166c11aca632df4370ccb3172ebf9fa2c006deb0001fa9fec8406515258','b294c9fb03c3c89eda236f9551630b052371b15235a721596df61d2bfbf6baf9');
INSERT INTO "journal" VALUES(17,'2026-03-20T02:02:00.000000+00:00','task_changed',1,NULL,NULL,'{"after":"at_risk","at":"2026-03-20T02:02:00.000000+00:00","before":"open","contract":"xicheng-vc-2025","due_at":"2026-03-31T16:00:00.000000+00:00","obligation":"E34","part":"","service":""}','b294c9fb03c3c89eda236f9551630b052371b15235a721596df61d2bfbf6baf9','39e192b7214b42cc0cdd68a4da6fbfd07a562712234807c4d59a58bc258fede0');
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
INSERT INTO "snapshot" VALUES(11,'9fe99b150933e4a4a332dc97aac46a571fd99ebc0a7b95e1b092ce679c22969f','2026-03-20T02:02:00+00:00',X'7801DD96DB6E824010407F85EC6BC570118D7C47DFAC31EB3A282D2C662F9AC6F0EF9D59A59254B1B1BC14C303B30E3B3BC7099E13D362072567A9178E3C0607904663B058B00D1C72012B6DB88195D871B9850D1B7927C60D26B02888A67E10FB51F01A446910E0350EDCE7C505987AD982B245A58056D690D11DAE58F921ABA3A4459E19506E6D4FA1CEA57029ED12619ACCF11ACFE754E35A4201D795A48773E371A98FA0346D22B8D5B489B4458161C6F3028F8F8D2D31DA5615DD1B6501A312B7B0CA7DDB64177CBFCFE51673325E684A12D5013067D51CEE92D92C5B69F2E252AEC6124FE00B3BF0712140BBBE9E06D8FC46C30518770014BCF4C33F0DE0995F34E0019C3CE017F5C02F1E30BFE401BFB8077E9301F39B3EE037E9815F32607EB307FC921EF84DFF0FBF92E7D280E428132B0D069BBFA32EF466EF40570A4BE09A7FF8B6F88461EADCE7C7D3EB4F7401F666A7B389D31E59196734EC1937F8DDF95A62E02CEA5BAA5A1CA88F4660DA7D501337AB5CEDAAB58BE750782D3B6B385CB5EC39FD3A31679BC4CEDE57413A691A84BF9BC41A5BCEFAD3398503557679F04D8C6795A6B67098FC35E4EF249774B24A95A00A372D3467F592F414A705CD9B34FC44C797B65C93D552587F01D3445FA1');
CREATE INDEX journal_incident ON journal (incident, seq);
CREATE INDEX journal_at ON journal (at);
CREATE INDEX outbox_waiting ON outbox (state, channel, "key", position);
DELETE FROM "sqlite_sequence";
COMMIT;
