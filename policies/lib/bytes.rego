# Amounts of memory and storage in the words of Kubernetes and of Redis, always exact.
package redislint.lib.bytes

# kubernetes is an amount as a quantity: 8Gi, 1.5Gi, 192Mi, 1G.
kubernetes(amount) := _text(amount, [
	[1099511627776, 100, "Ti"],
	[1073741824, 100, "Gi"],
	[1048576, 100, "Mi"],
	[1000000000, 100, "G"],
	[1000000, 100, "M"],
	[1024, 100, "Ki"],
	[1, 1, ""],
])

# redis is an amount as redis.conf takes it, where fractions are refused: 1536mb, 1g.
redis(amount) := _text(amount, [
	[1073741824, 1, "gb"],
	[1048576, 1, "mb"],
	[1000000000, 1, "g"],
	[1000000, 1, "m"],
	[1024, 1, "kb"],
	[1, 1, ""],
])

# percent is part in whole, rounded up to a tenth, so that what is above a
# threshold never reads like the threshold.
percent(part, whole) := ceil((part * 1000) / whole) / 10

# times is how often whole goes into amount, rounded down to a hundredth, so
# that what is below a threshold never reads like the threshold.
times(amount, whole) := floor((amount * 100) / whole) / 100

# _text is the amount in the first unit that is not larger and has at most
# hundredths (parts 100) or only whole ones (parts 1) of it.
_text(amount, units) := sprintf("%v%s", [amount / size, name]) if {
	fitting := [unit |
		some unit in units
		amount >= unit[0]
		(amount * unit[1]) % unit[0] == 0
	]
	[size, _, name] := fitting[0]
}

_text(0, _) := "0"

# share is a percentage of an amount in whole mebibytes, one at least.
share(amount, percentage) := max([1, floor((amount * percentage) / 104857600)]) * 1048576
