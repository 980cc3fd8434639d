package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Scripts on their way to Redis, counted. Thread-safe. */
public final class RecordingScriptClient extends ForwardingScriptClient {

	private final Map<String, LongAdder> sent = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> unanswered = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> mostUnanswered = new ConcurrentHashMap<>();

	private final AtomicInteger reconnections = new AtomicInteger();

	public RecordingScriptClient(ScriptClient redis) {
		super(redis);
	}

	/** Returns how many scripts of all kinds were sent. */
	public long count() {
		return this.sent.values().stream().mapToLong(LongAdder::sum).sum();
	}

	/** Returns how often a script was sent, as in {@code "take"}. */
	public long count(String script) {
		LongAdder count = this.sent.get(script);
		return (count != null) ? count.sum() : 0;
	}

	/** Returns whether every call of a script has been answered. */
	public boolean isAnswered(String script) {
		AtomicInteger unanswered = this.unanswered.get(script);
		return unanswered == null || unanswered.get() == 0;
	}

	/** Returns how many calls of a script were ever without an answer at a time. */
	int mostUnanswered(String script) {
		AtomicInteger most = this.mostUnanswered.get(script);
		return (most != null) ? most.get() : 0;
	}

	@Override
	public CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		String name = script.name();
		this.sent.computeIfAbsent(name, (key) -> new LongAdder()).increment();
		AtomicInteger unanswered = this.unanswered.computeIfAbsent(name, (key) -> new AtomicInteger());
		int now = unanswered.incrementAndGet();
		this.mostUnanswered.computeIfAbsent(name, (key) -> new AtomicInteger()).accumulateAndGet(now, Math::max);
		CompletableFuture<byte[]> answer = this.redis.run(script, keys, args);
		answer.whenComplete((bytes, failure) -> unanswered.decrementAndGet());
		return answer;
	}

	/** Returns how often connections were to be replaced. */
	public int reconnections() {
		return this.reconnections.get();
	}

	@Override
	public void reconnect(byte[] key) {
		this.reconnections.incrementAndGet();
		this.redis.reconnect(key);
	}

}
