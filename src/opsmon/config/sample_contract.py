"""The contract of the sample that `opsmon init` writes: small, valid in any year, with every usual kind of clause."""

CONTRACT_TEXT = """\
# 示例合同；把服务、时限和扣款改成自己合同的条款。说明见 docs/contracts.md。
# A sample contract: put your own services, limits and deductions here; docs/contracts.md explains every key.
contract: sample-service
title: {en: "Sample: office network service", zh: 示例：办公网络运维}
timezone: Asia/Shanghai
services:
  office: {title: {en: office network, zh: 办公网络}}

working_hours: office
hours:
  office: {title: {en: office hours 09:00-18:00, zh: 办公时间 09:00-18:00}, on: workdays, hours: "09:00-18:00"}

clauses:
  - id: S1
    source: "3.1"
    what: {en: acknowledged, zh: 故障响应}
    target: acknowledge
    from: [detected, reported]
    limit: 15 min

  - id: S2
    source: "3.2"
    what: {en: on site, zh: 到达现场}
    target: on_site
    from: [detected, reported]
    limit: 2 h
    runs: office

  - id: S3
    source: "3.3"
    what: {en: service restored, zh: 故障恢复}
    target: resolve
    from: [detected, reported]
    limit: 8 h
"""
