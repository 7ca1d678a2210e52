{{/* What every object has. */}}
{{- define "redislint-webhook.labels" -}}
app.kubernetes.io/name: {{ .Values.name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "redislint-webhook.metadata" -}}
name: {{ .Values.name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "redislint-webhook.labels" . | nindent 2 }}
{{- end }}

{{- define "redislint-webhook.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{/* The Secret with tls.crt and tls.key. */}}
{{- define "redislint-webhook.certSecret" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{ .Values.certificates.secretName | required "certificates.mode secret needs certificates.secretName" }}
{{- else -}}
{{ .Values.name }}-certs
{{- end -}}
{{- end }}
