package io.github.ratelimit.benchmarks.redis.load;

import java.util.SplittableRandom;

/** The texts of keys, made before, and callers that ask for them at random. */
public final class Keys {

	private final String[] texts;

	public Keys(String prefix, int count) {
		this.texts = new String[count];
		for (int i = 0; i < count; i++) {
			this.texts[i] = "%s-%012d".formatted(prefix, i);
		}
	}

	public String[] texts() {
		return this.texts;
	}

	public String at(int index) {
		return this.texts[index];
	}

	public int count() {
		return this.texts.length;
	}

	/** Asks for one key, all of them equally often. */
	public Caller uniform(int thread) {
		SplittableRandom random = new SplittableRandom(thread);
		return (limiter) -> limiter.tryAcquire(this.texts[random.nextInt(this.texts.length)]);
	}

}
