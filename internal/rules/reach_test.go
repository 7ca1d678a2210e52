package rules_test

import (
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/rules"
)

func TestRulesReachNothing(t *testing.T) {
	t.Parallel()
	for _, call := range []string{
		`http.send({"method": "get", "url": "http://localhost"}).status_code == 200`,
		`opa.runtime().env.HOME == "/root"`,
		`count(net.lookup_ip_addr("localhost")) > 0`,
		`rego.parse_module("x", "package x").package.path[0].value == "data"`,
		`json.match_schema({}, {"$ref": "http://localhost"})[0]`,
		`json.verify_schema({"$ref": "http://localhost"})[0]`,
		`time.now_ns() > 0`,
		`rand.intn("x", 10) > 5`,
		`uuid.rfc4122("x") == "x"`,
		`io.jwt.decode("a.b.c")[0].alg == "none"`,
		`count(crypto.x509.parse_certificates("x")) > 0`,
		`trace("x")`,
		`providers.aws.sign_req({}, {}, 1).x == 1`,
		`rego.metadata.rule().title == "x"`,
	} {
		name, _, _ := strings.Cut(call, "(")
		name = strings.TrimPrefix(name, "count(")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := ruleSource("test.one", "", `findings contains {"at": "", "message": "m"} if `+call)
			_, err := rules.Load(files(map[string]string{"test/one.rego": source}))
			if err == nil || !strings.Contains(err.Error(), "undefined function") {
				t.Errorf("got %v, want an undefined function", err)
			}
		})
	}
}
