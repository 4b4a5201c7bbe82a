"""The rota of the demo: the team of its video conference, by roles. No channel, so that nobody is called."""

ROTA_CONTRACT = "xicheng-vc-2025"
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
"""
