package redislint.operations.image_unpinned_test

import data.redislint.operations.image_unpinned as rule

_findings(image) := findings if {
	findings := rule.findings with input as {"nodes": [{}, {"image": image}]}
}

test_no_version if {
	_findings("redis:latest") == {{
		"at": "/nodes/1/image",
		"message": "image redis:latest names no version; any start of a Pod may bring another one",
		"severity": "warning",
	}}
	every tag in ["alpine", "alpine3.20", "bookworm", "latest-alpine", "stable"] {
		some finding in _findings(sprintf("localhost:5000/redis:%s", [tag]))
		finding.severity == "warning"
	}
}

test_no_tag if {
	some finding in _findings("localhost:5000/redis")
	finding.message == "image localhost:5000/redis has no tag, which means latest; any start of a Pod may bring another one"
}

test_a_major_version_is_an_advice if {
	every tag in ["7", "v7", "7-alpine", "8-bookworm"] {
		some finding in _findings(sprintf("redis:%s", [tag]))
		finding.severity == "info"
		contains(finding.message, "names a major version only")
	}
}

test_a_version if {
	every image in [
		"redis:7.2",
		"redis:7.2.5-alpine3.20",
		"quay.io/opstree/redis:v7.0.15",
		"docker.io/bitnami/redis:8.2.1-debian-12-r0",
		"registry.example.com/redis:20240131",
		"registry.example.com/redis:4f8cdc2",
		"redis@sha256:0123",
		"redis:latest@sha256:0123",
		"registry.example.com/redis-tuned:v1",
	] {
		_findings(image) == set()
	}
}

test_a_placeholder if {
	every image in ["redis:${TAG}", "{{ .Values.image }}", "redis:$(TAG)", "", " "] {
		_findings(image) == set()
	}
}

test_unknown if {
	rule.findings == set() with input as {"nodes": [{}]}
}
