package redislint.lib.directives_test

import data.redislint.lib.directives

test_a_directive_reads_as_written if {
	directives.text({"directive": "maxmemory", "text": "maxmemory 1Gi"}) == "maxmemory 1Gi"
}

test_a_long_directive_is_cut if {
	line := concat("", ["a" | some _ in numbers.range(1, 200)])
	count(directives.text({"directive": "loadmodule", "text": line})) == 80
}

test_a_secret_is_not_shown if {
	directives.text({"directive": "RequirePass", "text": "requirepass hunter2 # old"}) == "RequirePass"
}

test_an_unknown_directive_is_not_shown if not directives.text({"text": "requirepass hunter2"})
