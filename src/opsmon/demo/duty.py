"""Who is on duty in the demo, by roles, and how they are called: by the robot of a group that the demo itself plays."""

ROTA_CONTRACT = "xicheng-vc-2025"
ROBOT, ROBOT_FILE = "group", "robot-url"  # the address has the key of the robot, so it stands in a file of its own
PEOPLE_TEXT = """\
people:
  day-1: {name: {zh: 白班甲, en: day one}}
  day-2: {name: {zh: 白班乙, en: day two}}
  day-3: {name: {zh: 白班丙, en: day three}}
  night-1: {name: {zh: 夜班甲, en: night one}}
  night-2: {name: {zh: 夜班乙, en: night two}}
  night-3: {name: {zh: 夜班丙, en: night three}}
  night-4: {name: {zh: 夜班丁, en: night four}}
"""
ONCALL_TEXT = f"""\
rotas:
  vc:
    title: {{zh: 视频会议值班, en: video conference}}
    calendar: {ROTA_CONTRACT}
    shifts:
      - {{name: day, on: workday, from: "09:00", to: "18:00", crews: [[day-1, day-2, day-3]], need: 3}}
      - {{name: night, on: workday, from: "18:00", to: "09:00+1", crews: [[night-1, night-2], [night-3, night-4]],
         since: "2026-11-02", need: 2}}
      - {{name: rest, on: rest, from: "09:00", to: "09:00+1", crews: [[night-3, night-4], [night-1, night-2]],
         since: "2026-11-07", need: 2}}
channels:
  {ROBOT}: {{kind: wecom, url: {{file: ../{ROBOT_FILE}}}}}
plans:
  first:
    steps:
      - {{tell: "rota:vc", by: [{ROBOT}], wait: auto}}
      - {{tell: "rota:vc", by: [{ROBOT}], wait: 5m}}
    rounds: 2
    at_risk: {{tell: "rota:vc", by: [{ROBOT}]}}
    breached: {{tell: "rota:vc", by: [{ROBOT}]}}
    notice: {{counts: false}}  # the calls of the evening's story are the ones that start its clocks
"""
