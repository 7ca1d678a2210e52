package redislint.lib.bytes_test

import data.redislint.lib.bytes

test_quantities_as_kubernetes_writes_them if {
	every case in [
		[0, "0"],
		[1, "1"],
		[1023, "1023"],
		[1024, "1Ki"],
		[201326592, "192Mi"],
		[1073741824, "1Gi"],
		[1610612736, "1.5Gi"],
		[1153433600, "1100Mi"],
		[8589934592, "8Gi"],
		[1099511627776, "1Ti"],
		[1000000000, "1G"],
		[1500000, "1.5M"],
		[1234567, "1234567"],
	] {
		bytes.kubernetes(case[0]) == case[1]
	}
}

test_amounts_as_redis_conf_takes_them if {
	every case in [
		[0, "0"],
		[1, "1"],
		[1024, "1kb"],
		[536870912, "512mb"],
		[1073741824, "1gb"],
		[1610612736, "1536mb"],
		[1000000000, "1g"],
		[512000000, "512m"],
		[1001000000, "1001m"],
		[1234567, "1234567"],
	] {
		bytes.redis(case[0]) == case[1]
	}
}

test_percent_rounds_up if {
	bytes.percent(75, 100) == 75
	bytes.percent(75001, 100000) == 75.1
	sprintf("%v", [bytes.percent(2, 3)]) == "66.7"
}

test_times_rounds_down if {
	bytes.times(2, 1) == 2
	bytes.times(1999999, 1000000) == 1.99
	sprintf("%v", [bytes.times(2, 3)]) == "0.66"
}
