package chart

// monitoring derives what Prometheus is told of the exporters: where they are, and when to raise an alarm.
func (r *release) monitoring() {
	x := r.v.at("metrics")
	if !x.at("enabled").on() {
		return
	}
	endpoint := fields(field("endpoints", items(fields(set("port", "http-metrics")))))
	if own := x.at("serviceMonitor"); own.at("enabled").on() {
		endpoint.Fields = append(endpoint.Fields,
			field("selector", fields(field("matchLabels", r.selector("")))),
			when(r.namespace != "", field("namespaceSelector", fields(field("matchNames", texts(r.namespace))))))
		r.add(r.object(monitor("ServiceMonitor", r.fullname, own), field("spec", from(own, fields(endpoint.Fields...)))))
	}
	if own := x.at("podMonitor"); own.at("enabled").on() {
		r.add(r.object(monitor("PodMonitor", r.fullname, own), field("spec", from(own, fields(
			field("podMetricsEndpoints", items(fields(set("port", "metrics")))),
			field("selector", fields(field("matchLabels", r.selector("")))),
		)))))
	}
	if own := x.at("prometheusRule"); own.at("enabled").on() {
		group := fields(set("name", r.fullname), field("rules", r.resolve(own.at("rules").tree())))
		r.add(r.object(monitor("PrometheusRule", r.fullname, own), field("spec", from(own, fields(field("groups", items(group)))))))
	}
}

func monitor(kind, name string, own value) header {
	return header{apiVersion: "monitoring.coreos.com/v1", kind: kind, name: name, labels: own.at("additionalLabels")}
}
