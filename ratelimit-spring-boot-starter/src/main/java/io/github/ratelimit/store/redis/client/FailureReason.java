package io.github.ratelimit.store.redis.client;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reason of a failure, in one word of a fixed set.
 */
public final class FailureReason {

	static final String TIMEOUT = "timeout";

	static final String WRONGTYPE = "wrongtype";

	static final String NOPERM = "noperm";

	private static final String CONNECTION = "connection";

	/**
	 * Errors of a server that may no longer be the master: it is read-only, or it has
	 * lost its replicas.
	 */
	private static final List<String> OF_FORMER_MASTERS = List.of("readonly", "noreplicas");

	/** Errors of a single key, which are no sign of a failing node. */
	private static final List<String> OF_ONE_KEY = List.of("UNREADABLE", "WRONGTYPE");

	private static final List<String> OF_THE_NODE = List.of("OOM", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN",
			"TRYAGAIN", "BUSY", "NOPERM", "NOAUTH", "WRONGPASS", "NOREPLICAS", "MISCONF", "CROSSSLOT", "UNBLOCKED");

	private static final List<String> WORDS = Stream.concat(OF_ONE_KEY.stream(), OF_THE_NODE.stream()).toList();

	/** What Redis says of a command in a script that its user may not run. */
	private static final List<String> NOT_ALLOWED = List.of("ACL failure in script",
			"The user executing the script can't");

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
		String word = word(cause);
		if (word != null) {
			return word.toLowerCase(Locale.ROOT);
		}
		return says(cause, NOT_ALLOWED) ? NOPERM : CONNECTION;
	}

	private static @Nullable String word(Throwable failure) {
		return messages(failure).flatMap((message) -> WORDS.stream().filter(message::contains))
			.findFirst()
			.orElse(null);
	}

	/** Returns whether the message of a failure, or of one of its causes, has a text. */
	static boolean says(Throwable failure, List<String> texts) {
		return messages(failure).anyMatch((message) -> texts.stream().anyMatch(message::contains));
	}

	private static Stream<String> messages(Throwable failure) {
		return parts(failure).map((part) -> String.valueOf(part.getMessage()));
	}

	private static Stream<Throwable> parts(Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
	}

	/**
	 * Returns whether a call has certainly had no effect: the reply was an error from
	 * before the first write, or it was never sent. A script may have written before it
	 * came to a command that its user may not run.
	 */
	public static boolean isCertainlyUndone(Throwable failure) {
		Throwable cause = cause(failure);
		String word = (cause instanceof TimeoutException) ? null : word(cause);
		if (word != null && OF_THE_NODE.contains(word)) {
			return true;
		}
		return parts(cause).anyMatch(RejectedExecutionException.class::isInstance)
				|| messages(cause).map((message) -> message.toLowerCase(Locale.ROOT))
					.anyMatch((message) -> NEVER_SENT.stream().anyMatch(message::contains));
	}

	/** Returns whether another connection may lead to the master. */
	static boolean isOfFormerMaster(String reason) {
		return OF_FORMER_MASTERS.contains(reason);
	}

	/** Returns whether there was no reply at all. */
	static boolean isSilence(String reason) {
		return reason.equals(TIMEOUT) || reason.equals(CONNECTION);
	}

	/** Returns whether a foreign value of a key is the reason. */
	public static boolean isOfOneKey(Throwable failure) {
		return OF_ONE_KEY.contains(reason(failure).toUpperCase(Locale.ROOT));
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
