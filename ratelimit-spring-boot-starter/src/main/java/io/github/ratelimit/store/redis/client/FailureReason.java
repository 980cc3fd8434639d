package io.github.ratelimit.store.redis.client;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The reason of a failure, in one word of a fixed set.
 */
public final class FailureReason {

	static final String TIMEOUT = "timeout";

	static final String WRONGTYPE = "wrongtype";

	private static final String CONNECTION = "connection";

	private static final String READONLY = "readonly";

	/** Errors of a single key, which are no sign of a failing node. */
	private static final List<String> OF_ONE_KEY = List.of("UNREADABLE", "WRONGTYPE");

	private static final List<String> OF_THE_NODE = List.of("OOM", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN",
			"TRYAGAIN", "BUSY", "NOPERM", "NOAUTH", "WRONGPASS", "NOREPLICAS", "MISCONF", "CROSSSLOT", "UNBLOCKED");

	private static final List<String> WORDS = Stream.concat(OF_ONE_KEY.stream(), OF_THE_NODE.stream()).toList();

	/** What clients report for a command that they did not send. */
	private static final List<String> NEVER_SENT = List.of("not connected", "commands are rejected",
			"unable to connect", "failed to connect", "cannot connect", "cannot get jedis connection",
			"could not get a resource");

	private FailureReason() {
	}

	public static String reason(Throwable failure) {
		Throwable cause = cause(failure);
		if (cause instanceof TimeoutException) {
			return TIMEOUT;
		}
		for (Throwable part = cause; part != null; part = part.getCause()) {
			String message = String.valueOf(part.getMessage());
			for (String word : WORDS) {
				if (message.contains(word)) {
					return word.toLowerCase(Locale.ROOT);
				}
			}
		}
		return CONNECTION;
	}

	/**
	 * Returns whether a call has certainly had no effect: the reply was an error from
	 * before the first write, or it was never sent.
	 */
	public static boolean isCertainlyUndone(Throwable failure) {
		String reason = reason(failure).toUpperCase(Locale.ROOT);
		if (OF_THE_NODE.contains(reason)) {
			return true;
		}
		for (Throwable part = cause(failure); part != null; part = part.getCause()) {
			String message = String.valueOf(part.getMessage()).toLowerCase(Locale.ROOT);
			if (part instanceof RejectedExecutionException || NEVER_SENT.stream().anyMatch(message::contains)) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether there was no reply at all. */
	static boolean isSilence(String reason) {
		return reason.equals(TIMEOUT) || reason.equals(CONNECTION);
	}

	public static boolean isOfOneKey(String reason) {
		return OF_ONE_KEY.contains(reason.toUpperCase(Locale.ROOT));
	}

	/**
	 * Returns whether another connection may help: this one may hang, or lead to a server
	 * that has become a replica.
	 */
	static boolean isOfTheConnection(Throwable failure) {
		String reason = reason(failure);
		return reason.equals(TIMEOUT) || reason.equals(READONLY);
	}

	public static Throwable cause(Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

}
