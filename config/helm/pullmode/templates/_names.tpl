{{/* The labels of every object of the release. */}}
{{- define "pullmode.labels" -}}
app.kubernetes.io/name: pullmode-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: pullmode
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The operator's image. */}}
{{- define "pullmode.image" -}}
{{- if regexMatch ":[^/]*$" .Values.image.repository -}}
{{- fail (printf "image.repository is %s: write what is behind its last colon into image.tag" .Values.image.repository) -}}
{{- end -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The namespaces that it looks after, separated by commas; nothing for all of them. */}}
{{- define "pullmode.namespaces" -}}
{{- $own := ternary (list .Release.Namespace) list .Values.watch.ownNamespace -}}
{{- concat $own .Values.watch.namespaces | uniq | join "," -}}
{{- end }}

{{/* The operator's account, as the one whom a binding is for. */}}
{{- define "pullmode.subjects" -}}
subjects:
- kind: ServiceAccount
  name: pullmode-operator
  namespace: {{ .Release.Namespace }}
{{- end }}

{{/* What the generated roles grant: the rules of the role of a name. */}}
{{- define "pullmode.rules" -}}
{{- range regexSplit "(?m)^---$" (.root.Files.Get "files/role.yaml") -1 }}
{{- $role := fromYaml . }}
{{- if eq (dig "metadata" "name" "" $role) $.name }}
rules:
{{- toYaml $role.rules | nindent 0 }}
{{- end }}
{{- end }}
{{- end }}
