package source

import (
	"fmt"
	"testing"
)

func TestShutdown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ command, want string }{
		"a sleep":                          {`[sleep, "60"]`, "60"},
		"a sleep of a shell":               {`[sh, -c, sleep 60]`, "60"},
		"two sleeps":                       {`[sh, -c, sleep 60; sleep 5]`, "65"},
		"a sleep of a variable":            {`[sh, -c, sleep $(SECONDS_TO_SLEEP)]`, "90"},
		"of an unknown variable":           {`[sh, -c, sleep $(OTHER)]`, "unknown"},
		"in the background":                {`[sh, -c, sleep 60 &]`, "unknown"},
		"for minutes":                      {`[sleep, 2m]`, "unknown"},
		"behind a condition":               {`[sh, -c, test -f /data/x && sleep 60]`, "unknown"},
		"in a loop":                        {`[sh, -c, for i in 1 2; do sleep 60; done]`, "unknown"},
		"beside a command to the server":   {`[sh, -c, redis-cli save; sleep 60]`, "unknown"},
		"with a limit":                     {`[timeout, "5", sleep, "60"]`, "unknown"},
		"never":                            {`[sleep, "0"]`, "unknown"},
		"a script that cannot be seen":     {`[/scripts/stop.sh]`, "unknown"},
		"nothing":                          {`[]`, "unknown"},
		"a value of the wrong kind":        {`sleep 60`, "unknown"},
		"longer than anybody would":        {`[sleep, "99999999999999999999"]`, "unknown"},
		"as long as a number can be, many": {`[sh, -c, sleep 2147483647; sleep 2147483647]`, "4294967294"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			container := fmt.Sprintf(`[{name: c, image: "redis:7", env: [{name: SECONDS_TO_SLEEP, value: "90"}], lifecycle: {preStop: {exec: {command: %s}}}}]`, test.command)
			facts(t, one(t, deployment("x", container, "[]")), map[string]string{"/nodes/0/shutdown/delay": test.want})
		})
	}
}

func TestGracePeriod(t *testing.T) {
	t.Parallel()
	pod := func(spec string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: \"redis:7\"}]" + spec + "}\n"
	}
	failover := func(redis string) string {
		return "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: x}\nspec: {redis: {" + redis + "}}\n"
	}
	for name, test := range map[string]struct{ yaml, want string }{
		"Kubernetes' own":             {pod(""), "30"},
		"none at all":                 {pod(", terminationGracePeriodSeconds: 0"), "0"},
		"a placeholder":               {pod(", terminationGracePeriodSeconds: \"${N}\""), "unknown"},
		"the operator's own":          {failover(""), "30"},
		"0 is the operator's own too": {failover("terminationGracePeriod: 0"), "30"},
		"one of a RedisFailover":      {failover("terminationGracePeriod: 90"), "90"},
		"none of an OpsTree resource": {opstreeLabs("Redis", "x", opstreeImageLine+"  terminationGracePeriodSeconds: 0\n"), "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, test.yaml), map[string]string{"/nodes/0/grace_period": test.want})
		})
	}
}

func TestShutdownOfASpotahome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ spec, want string }{
		"the operator's script":          {`redis: {}`, "31"},
		"a script of one's own":          {`redis: {shutdownConfigMap: mine}`, "unknown"},
		"a node without Sentinels":       {`bootstrapNode: {host: 10.0.0.1}`, "unknown"},
		"a node with Sentinels for once": {`bootstrapNode: {host: 10.0.0.1, allowSentinels: true}`, "31"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			yaml := "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: x}\nspec: {" + test.spec + "}\n"
			facts(t, one(t, yaml), map[string]string{"/nodes/0/shutdown/delay": test.want})
		})
	}
}
