package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Scripts of an instance that a test pauses: calls meanwhile are sent when it resumes, or
 * never. Thread-safe.
 */
public final class PausedScriptClient extends ForwardingScriptClient {

	private final List<Runnable> held = new ArrayList<>();

	private final List<CompletableFuture<byte[]>> answers = new ArrayList<>();

	private boolean stopped;

	/** The only script that is paused, null if all are. */
	private @Nullable String stoppedScript;

	private boolean failing;

	private volatile boolean lost;

	private volatile boolean silent;

	public PausedScriptClient(ScriptClient redis) {
		super(redis);
	}

	public synchronized void stop() {
		this.stopped = true;
	}

	/** Pauses the calls of one script, as in {@code "charge"}. */
	public synchronized void stop(String script) {
		this.stopped = true;
		this.stoppedScript = script;
	}

	/** Lets all that is sent fail at once, as without a connection. */
	public synchronized void fail(boolean failing) {
		this.failing = failing;
	}

	/** Runs all that is sent, and loses the replies. */
	public void loseReplies(boolean silent) {
		this.silent = silent;
	}

	/** Hides which node has a key, as on a cluster without partitions. */
	public void loseNodes(boolean lost) {
		this.lost = lost;
	}

	/** Sends what comes from now on; what waits goes on waiting. */
	public synchronized void sendLaterCalls() {
		this.stopped = false;
	}

	public void goOn() {
		List<Runnable> waiting;
		synchronized (this) {
			this.stopped = false;
			waiting = List.copyOf(this.held);
			this.held.clear();
			this.answers.clear();
		}
		waiting.forEach(Runnable::run);
	}

	/** Returns how many calls wait. */
	public synchronized int waiting() {
		return this.held.size();
	}

	/** Resumes, but waiting calls fail without being sent. */
	public void failWaiting() {
		List<CompletableFuture<byte[]>> failing;
		synchronized (this) {
			this.stopped = false;
			failing = List.copyOf(this.answers);
			this.answers.clear();
			this.held.clear();
		}
		failing.forEach((answer) -> answer.completeExceptionally(new IllegalStateException("Not connected")));
	}

	@Override
	public synchronized CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		if (this.failing) {
			return CompletableFuture.failedFuture(new IllegalStateException("Not connected"));
		}
		if (this.silent) {
			return this.redis.run(script, keys, args).thenApply((bytes) -> {
				throw new IllegalStateException("Connection reset");
			});
		}
		if (!this.stopped || (this.stoppedScript != null && !this.stoppedScript.equals(script.name()))) {
			return this.redis.run(script, keys, args);
		}
		CompletableFuture<byte[]> answer = new CompletableFuture<>();
		this.answers.add(answer);
		this.held.add(() -> this.redis.run(script, keys, args).whenComplete((bytes, failure) -> {
			if (failure != null) {
				answer.completeExceptionally(failure);
			}
			else {
				answer.complete(bytes);
			}
		}));
		return answer;
	}

	@Override
	public String node(byte[] key) {
		if (this.lost) {
			throw new IllegalStateException("No node has this slot");
		}
		return this.redis.node(key);
	}

}
