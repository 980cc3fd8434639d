package io.github.ratelimit.test.provider;

import java.time.Duration;

/** A failure of a request. Immutable. */
public final class Fault {

	enum Kind {

		THROTTLE, OVERLOAD, CREDIT, STATUS, DROP_BEFORE_HEAD, DROP_IN_BODY, HANG, SLOW

	}

	private final Kind kind;

	private final Duration time;

	private final int number;

	private Fault(Kind kind, Duration time, int number) {
		this.kind = kind;
		this.time = time;
		this.number = number;
	}

	/**
	 * The request is refused as if a limit were exceeded, whatever the limits say, and
	 * takes nothing from them.
	 * @param retryAfter after what time to try again
	 * @return the fault
	 */
	public static Fault throttled(Duration retryAfter) {
		return new Fault(Kind.THROTTLE, retryAfter, 0);
	}

	/**
	 * The provider is overloaded: 529 or 503, depending on its dialect. The request takes
	 * nothing from the limits.
	 * @return the fault
	 */
	public static Fault overloaded() {
		return new Fault(Kind.OVERLOAD, Duration.ZERO, 0);
	}

	/**
	 * The credit is spent, in the words of the dialect: a retry does not help. The
	 * request takes nothing from the limits.
	 * @return the fault
	 */
	public static Fault creditSpent() {
		return new Fault(Kind.CREDIT, Duration.ZERO, 0);
	}

	/**
	 * The answer has this status, no headers of limits, and a text as its body. The
	 * request takes nothing from the limits.
	 * @param status such as 500 or 503
	 * @return the fault
	 */
	public static Fault status(int status) {
		return new Fault(Kind.STATUS, Duration.ZERO, status);
	}

	/**
	 * The request is admitted and charged, then the connection is closed before the head
	 * of an answer.
	 * @return the fault
	 */
	public static Fault dropBeforeHead() {
		return new Fault(Kind.DROP_BEFORE_HEAD, Duration.ZERO, 0);
	}

	/**
	 * The connection is closed in the middle of the answer.
	 * @param events after how many events of a stream; an answer that is no stream ends
	 * in the middle of its body
	 * @return the fault
	 */
	public static Fault dropInBody(int events) {
		return new Fault(Kind.DROP_IN_BODY, Duration.ZERO, events);
	}

	/**
	 * The request is admitted and charged, and never answered; the connection stays open.
	 * @return the fault
	 */
	public static Fault hang() {
		return new Fault(Kind.HANG, Duration.ZERO, 0);
	}

	/**
	 * The answer is complete but slow.
	 * @param delay how much later the answer, and each event of a stream, comes
	 * @return the fault
	 */
	public static Fault slow(Duration delay) {
		return new Fault(Kind.SLOW, delay, 0);
	}

	Kind kind() {
		return this.kind;
	}

	Duration time() {
		return this.time;
	}

	int number() {
		return this.number;
	}

}
