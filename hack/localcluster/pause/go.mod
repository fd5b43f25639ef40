module github.com/pullmode/operator/hack/localcluster/pause

go 1.26.0
