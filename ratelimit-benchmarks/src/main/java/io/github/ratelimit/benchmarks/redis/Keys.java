package io.github.ratelimit.benchmarks.redis;

import java.util.SplittableRandom;

/** The texts of keys, made before, and callers that ask for them at random. */
final class Keys {

	private final String[] texts;

	Keys(String prefix, int count) {
		this.texts = new String[count];
		for (int i = 0; i < count; i++) {
			this.texts[i] = "%s-%012d".formatted(prefix, i);
		}
	}

	String[] texts() {
		return this.texts;
	}

	String at(int index) {
		return this.texts[index];
	}

	int count() {
		return this.texts.length;
	}

	/** Asks for one key, all of them equally often. */
	Caller uniform(int thread) {
		SplittableRandom random = new SplittableRandom(thread);
		return (limiter) -> limiter.tryAcquire(this.texts[random.nextInt(this.texts.length)]);
	}

}
