package io.github.ratelimit.benchmarks.redis.limiter;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What is measured. The first two limit nothing: they are what the others are held
 * against.
 */
public enum Subject {

	/** One script call through Lettuce. */
	RAW((instance) -> new RawScript(instance.port())),

	/** The same through Spring Data. */
	RAW_SPRING(SpringRawScript::new),

	/** The starter's store. */
	OURS(OurLimiter::plain),

	/** The same, taking permits in advance. */
	OURS_WITH_LEASE(OurLimiter::withLease),

	/** Bucket4j's Lettuce manager. */
	BUCKET4J(Bucket4jLimiter::plain),

	/** Bucket4j's Lettuce manager with batching. */
	BUCKET4J_BATCHING(Bucket4jLimiter::batching),

	/** Spring Cloud Gateway's RedisRateLimiter. */
	GATEWAY(GatewayLimiter::new),

	/** Redisson's RRateLimiter. */
	REDISSON(RedissonLimiter::new);

	private final Function<Instance, RemoteLimiter> factory;

	Subject(Function<Instance, RemoteLimiter> factory) {
		this.factory = factory;
	}

	public RemoteLimiter open(Instance instance) {
		return this.factory.apply(instance);
	}

	/** Whether it limits anything. */
	public boolean limits() {
		return this != RAW && this != RAW_SPRING;
	}

	/** Returns what a quota becomes where the subject cannot have it as it is. */
	public Quota quota(Quota wanted) {
		return (this == GATEWAY) ? GatewayLimiter.adapt(wanted) : wanted;
	}

	/** Returns the subjects of a list such as {@code raw,bucket4j-batching}. */
	public static List<Subject> parse(String names) {
		return Arrays.stream(names.split(",")).map((name) -> named(name.trim())).toList();
	}

	private static Subject named(String name) {
		return Arrays.stream(values())
			.filter((subject) -> subject.toString().equals(name))
			.findAny()
			.orElseThrow(() -> new IllegalArgumentException(
					"'" + name + "' is not measured; write some of " + Arrays.toString(values())));
	}

	/** Whether it is another limiter. */
	public boolean isPeer() {
		return limits() && this != OURS && this != OURS_WITH_LEASE;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
