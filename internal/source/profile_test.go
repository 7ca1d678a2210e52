package source

import (
	"strings"
	"testing"
)

// worker is a Deployment with one container that connects to a Redis.
func worker(container string) string { return "---\n" + deployment("worker", "["+container+"]", "[]") }

func TestProfile(t *testing.T) {
	t.Parallel()
	const (
		plain    = "--appendonly, no"
		evicting = "--maxmemory, 1gb, --maxmemory-policy, allkeys-lru"
		claim    = "--appendonly, \"yes\""
	)
	annotated := func(value string) string {
		return strings.Replace(servers("redis", 1, plain, ""), "metadata: {name: redis}", "metadata: {name: redis, annotations: {redislint.dev/profile: "+value+"}}", 1)
	}
	sidekiq := `{name: worker, image: "shop/app:1", command: [bundle, exec, sidekiq], env: [{name: REDIS_URL, value: "redis://:x@redis:6379/0"}]}`
	for name, test := range map[string]struct{ yaml, profile, basis string }{
		"nothing says":                 {servers("redis", 1, plain, ""), "unknown", ""},
		"an annotation":                {annotated("store"), "store", "annotation redislint.dev/profile"},
		"an annotation for unknown":    {annotated("unknown") + worker(sidekiq), "unknown", "annotation redislint.dev/profile"},
		"an annotation of the Pods":    {strings.Replace(servers("redis", 1, plain, ""), "{labels:", "{annotations: {redislint.dev/profile: cache}, labels:", 1), "cache", "annotation redislint.dev/profile"},
		"an annotation not decided":    {annotated("\"{{ .Values.profile }}\""), "unknown", ""},
		"a name":                       {servers("shop-cache", 1, plain, ""), "cache", "the name shop-cache"},
		"a name of Argo CD":            {servers("argocd-redis", 1, plain, ""), "cache", "the name argocd-redis"},
		"a name of a queue":            {servers("sidekiq-redis", 1, evicting, ""), "store", "the name sidekiq-redis"},
		"a name of both":               {servers("queue-cache", 1, plain, ""), "unknown", ""},
		"a word that only holds one":   {servers("cachet", 1, plain, ""), "unknown", ""},
		"evicting everything":          {servers("redis", 1, evicting, ""), "cache", "maxmemory-policy allkeys-lru without appendonly"},
		"evicting, with a log":         {servers("redis", 1, evicting+", --appendonly, \"yes\"", ""), "unknown", ""},
		"evicting only what expires":   {servers("redis", 1, "--maxmemory-policy, volatile-lru", ""), "unknown", ""},
		"a log in the container":       {servers("redis", 1, claim, ""), "unknown", ""},
		"a log on a claim":             {servers("redis", 1, claim, "      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n") + "", "unknown", ""},
		"Sidekiq":                      {servers("redis", 1, evicting, "") + worker(sidekiq), "store", "Deployment worker runs Sidekiq"},
		"Sidekiq and another Redis":    {servers("redis", 1, evicting, "") + worker(strings.Replace(sidekiq, "@redis:", "@other:", 1)), "cache", "maxmemory-policy allkeys-lru without appendonly"},
		"Sidekiq in another namespace": {servers("redis", 1, plain, "") + worker(strings.Replace(sidekiq, "@redis:", "@redis.other.svc:", 1)), "unknown", ""},
		"Celery by its variable":       {servers("redis", 1, plain, "") + worker(`{name: a, image: "shop/app:1", env: [{name: CELERY_BROKER_URL, value: "redis://redis:6379"}]}`), "store", "Deployment worker runs Celery"},
		"Horizon":                      {servers("redis", 1, plain, "") + worker(`{name: a, image: "shop/app:1", command: [php, artisan, horizon], env: [{name: REDIS_HOST, value: redis}]}`), "store", "Deployment worker runs Laravel Horizon"},
		"another Horizon":              {servers("redis", 1, plain, "") + worker(`{name: horizon, image: "shop/horizon:1", env: [{name: REDIS_HOST, value: redis}]}`), "unknown", ""},
		"a variable for a cache":       {servers("redis", 1, plain, "") + worker(strings.Replace(sidekiq, "REDIS_URL", "REDIS_CACHE_URL", 1)), "unknown", ""},
		"a driver that is not a host":  {servers("redis", 1, plain, "") + worker(`{name: a, image: "shop/celery:1", env: [{name: BACKEND, value: redis}]}`), "unknown", ""},
		"an argument":                  {servers("redis", 1, plain, "") + worker(`{name: a, image: "shop/app:1", args: [celery, -b, "redis://redis/0"]}`), "store", "Deployment worker runs Celery"},
		"a client that is no queue":    {servers("redis", 1, plain, "") + worker(`{name: a, image: "shop/app:1", env: [{name: REDIS_HOST, value: redis}]}`), "unknown", ""},
		"a Service that an operator makes": {
			"apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: redis}\nspec: {sentinel: {}, redis: {}}\n" +
				worker(`{name: a, image: "shop/app:1", command: [bundle, exec, sidekiq], env: [{name: REDIS_SENTINEL_HOST, value: rfs-redis}]}`),
			"store", "Deployment worker runs Sidekiq",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, test.yaml)
			if string(r.Profile) != test.profile || r.ProfileBasis != test.basis {
				t.Errorf("profile %s by %q, want %s by %q", r.Profile, r.ProfileBasis, test.profile, test.basis)
			}
		})
	}
}

func TestProfileByAClaim(t *testing.T) {
	t.Parallel()
	r := one(t, `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers: [{name: redis, image: "redis:7", args: [--appendonly, "yes"], volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 8Gi}}}}]
`)
	if r.Profile != "store" || r.ProfileBasis != "appendonly on a claim" {
		t.Errorf("profile %s by %q", r.Profile, r.ProfileBasis)
	}
}

func TestProfileThatIsNone(t *testing.T) {
	t.Parallel()
	found := discover(t, strings.Replace(servers("redis", 1, "--appendonly, no", ""), "metadata: {name: redis}", "metadata: {name: redis, annotations: {redislint.dev/profile: chache}}", 1))
	if len(found.Errors) != 1 || found.Errors[0].Line != 3 || !strings.Contains(found.Errors[0].Message, `"chache", not cache, store or unknown`) {
		t.Errorf("errors %v", found.Errors)
	}
	if p := found.Redis[0].Profile; p != "unknown" {
		t.Errorf("profile %s", p)
	}
}

func TestHostOfURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"redis://redis": "redis",
		"redis://:p@ss@redis.shop.svc:6379/0?x=y": "redis.shop.svc",
		"rediss://redis:6379":                     "redis",
		"--broker=redis://redis/1":                "redis",
		"http://redis":                            "",
		"redis://":                                "",
		"redis":                                   "",
	} {
		if got, ok := hostOfURL(text); got != want || ok != (want != "") {
			t.Errorf("%s has the host %q, want %q", text, got, want)
		}
	}
}
