{{- define "koine.name" -}}
{{- if contains "koine" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-koine" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "koine.selector" -}}
app.kubernetes.io/name: koine
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "koine.labels" -}}
{{ include "koine.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "koine.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "koine.environment" -}}
- name: KOINE_PUBLIC_URL
  value: {{ required "publicUrl is required: the address under which callers reach the gateway" .Values.publicUrl | quote }}
- name: KOINE_SECRETS_DIR
  value: /run/secrets/koine
- name: KOINE_JOURNAL
  value: /var/lib/koine/renewals
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "koine.secrets" -}}
- name: secrets
  secret:
    secretName: {{ required "secretName is required: a Secret with KOINE_ENCRYPTION_KEYS and KOINE_DATABASE_URL" .Values.secretName }}
    defaultMode: 0440
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 64Mi
{{- end }}

{{- define "koine.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "koine.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
