package command

import (
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Report says what this replica serves.
func (x *Executor) Report() snapshot.Report {
	report := snapshot.Report{}
	config := x.View.Config()
	if config == nil {
		return report
	}
	report.Runtime, report.Sequence, report.Digest = config.Runtime.UID, config.Sequence, config.Digest
	report.Objects = config.Objects()
	for i := range config.Lists {
		report.Lists = append(report.Lists, x.opening(&config.Lists[i]))
	}
	return report
}

func (x *Executor) opening(l *snapshot.List) snapshot.ListOpening {
	n := x.View.Counts(l.Name)
	opening := snapshot.ListOpening{
		Name: l.Name, Draining: l.Draining,
		Unread: int64(n[request.Unread]), Active: int64(n[request.Active]), Inactive: int64(n[request.Inactive]),
	}
	opening.Open = opening.Unread + opening.Active + opening.Inactive
	if since, ok := x.View.Draining(l.Name); ok && l.Draining {
		opening.DrainingSince = &since
	}
	return opening
}
