package source

import "testing"

func TestSign(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"image: redis:7":                        true,
		"image: VALKEY":                         true,
		"name: my-Sentinel-0":                   true,
		"eqalpha/keydb":                         true,
		"image: nginx":                          false,
		"":                                      false,
		`"\u0072edis"`:                          true,
		`"\x72edis"`:                            true,
		`"\U00000072edis"`:                      true,
		`"cp a b \u0026\u0026 exec web \u003c"`: false,
		`C:\users`:                              true,
		`"\u00"`:                                true,
		"data: !!binary cmVkaXM=":               true,
	} {
		if got := Sign([]byte(text)); got != want {
			t.Errorf("Sign(%q) is %t", text, got)
		}
	}
}
