{{/* How several operators are spread. Both are preferences: on a cluster of one node, two are still better than one. */}}
{{- define "pullmode.spread" -}}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      app.kubernetes.io/name: pullmode-operator
  # Of a rollout, the new ones are spread, wherever the old ones are.
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
