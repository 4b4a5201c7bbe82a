"""What a Prometheus needs to watch the demo: its configuration, with the token that stands beside it in the root.

The type is named although it is the default: Prometheus 2.42 (Debian 12) forgets the default inside `http_sd_configs`.
"""

_TEXT = """\
global: {{scrape_interval: 5s, scrape_timeout: 4s}}
scrape_configs:
  - job_name: opsmon
    authorization: &token {{type: Bearer, credentials_file: token}}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
  - job_name: opsmon-devices
    honor_labels: true
    authorization: *token
    http_sd_configs: [{{url: "http://127.0.0.1:{port}/sd/sites", refresh_interval: 10s, authorization: *token}}]
"""


def prometheus_text(port: int) -> str:
    """The file `prometheus.yml`; paths in it are those of its own folder."""
    return _TEXT.format(port=port)
