package io.github.ratelimit.test.provider.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times in microseconds: the resolution of all arithmetic here. */
final class Micros {

	private Micros() {
	}

	static long of(Duration time) {
		return Math.addExact(Math.multiplyExact(time.getSeconds(), 1_000_000L), time.getNano() / 1000);
	}

	static long of(Instant time) {
		return ChronoUnit.MICROS.between(Instant.EPOCH, time);
	}

	static Duration duration(long micros) {
		return Duration.of(micros, ChronoUnit.MICROS);
	}

	static Instant instant(long micros) {
		return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
	}

}
