package report

import (
	"bytes"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/rules"
)

var ruleList = []*rules.Rule{sentinelTooFew, maxmemoryTooHigh}

func TestExplain(t *testing.T) {
	t.Parallel()
	var wide, narrow bytes.Buffer
	if err := Explain(&wide, sentinelTooFew, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := Explain(&narrow, maxmemoryTooHigh, TextOptions{Width: 50, Color: true}); err != nil {
		t.Fatal(err)
	}
	fixture.Golden(t, "testdata/explain.txt", wide.Bytes())
	fixture.Golden(t, "testdata/explain-narrow.txt", narrow.Bytes())
}

func TestRules(t *testing.T) {
	t.Parallel()
	var text, json bytes.Buffer
	if err := Rules(&text, ruleList, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := RulesJSON(&json, ruleList); err != nil {
		t.Fatal(err)
	}
	fixture.Golden(t, "testdata/rules.txt", text.Bytes())
	fixture.Golden(t, "testdata/rules.json", json.Bytes())
}

func TestDocs(t *testing.T) {
	t.Parallel()
	fixture.GoldenFolder(t, "testdata/docs", Docs(ruleList))
}
