"""watches itself, answers a query about that over HTTP, and shows its page"""

import json
import urllib.request


def get(path):
    with urllib.request.urlopen(f"http://127.0.0.1:9090{path}", timeout=20) as answer:
        return answer.read().decode()


def seen():
    return json.loads(get("/api/v1/query?query=up"))["data"]["result"]


def prove(prometheus):
    prometheus.volume("/var/lib/prometheus")
    with prometheus.serving(line="Server is ready") as server:
        server.wait_for(seen, "it watches itself")
        (result,) = seen()
        assert result["metric"]["job"] == "itself" and result["value"][1] == "1"
        assert "Prometheus" in get("/graph")
    assert (prometheus.volume("/var/lib/prometheus") / "wal").is_dir()
