{{- define "shop.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
{{- define "shop.loop" -}}
{{- if gt (int .) 0 }}{{ . }} {{ include "shop.loop" (sub (int .) 1) }}{{ end -}}
{{- end }}
