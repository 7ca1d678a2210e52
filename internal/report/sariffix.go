package report

import (
	"cmp"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/redislint/redislint/internal/rules"
)

// fix is a repair as the edits of each file. Its text is inserted as it is: it is what the rule writes, not what others
// have written.
func (l *sarifLog) fix(rule *rules.Rule, repair Repair) *sarif.Fix {
	fix := sarif.NewFix().WithDescription(message(Visible(cmp.Or(repair.Note, rule.Remediation, rule.ID))))
	fix.WithProperties(sarif.NewPropertyBag().Add("safe", repair.Safe))
	changes := map[string]*sarif.ArtifactChange{}
	for _, e := range repair.Edits {
		location := l.physical(e.File, e.Position)
		change := changes[e.File]
		if change == nil {
			change = sarif.NewArtifactChange().WithArtifactLocation(location.ArtifactLocation)
			changes[e.File] = change
			fix.AddArtifactChange(change)
		}
		replacement := sarif.NewReplacement().WithDeletedRegion(location.Region)
		if e.Text != "" {
			replacement.WithInsertedContent(sarif.NewArtifactContent().WithText(e.Text))
		}
		change.AddReplacement(replacement)
	}
	return fix
}
