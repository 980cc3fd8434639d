package io.github.ratelimit.governor;

import org.jspecify.annotations.Nullable;

/**
 * The configured quotas of one key that instances share. Used only while there are no
 * current reports of the provider. Implementations must be thread-safe, answer within
 * their own deadline, and never throw.
 */
public interface SharedQuotas {

	/**
	 * Takes what a call needs of every quota if all of it is available, otherwise
	 * nothing.
	 * @param permits how many of each configured quota, in the order of the settings
	 * @return what was taken, or when to try again
	 */
	Taking take(long[] permits);

	/**
	 * Stops the calls of all instances for some time, never for a shorter one than they
	 * are stopped already.
	 * @param nanos how long
	 */
	void block(long nanos);

	/**
	 * The result of a request for permits.
	 *
	 * @param waitNanos 0 if they were taken, otherwise the time after which to try again
	 * @param taken what was taken, null if nothing was
	 */
	record Taking(long waitNanos, @Nullable Taken taken) {

		/** The shared quotas are unavailable: the process decides by its own account. */
		public static final Taking UNAVAILABLE = new Taking(-1, null);

	}

	/** Permits that were taken. */
	interface Taken {

		/**
		 * Charges what a call used instead of what was taken.
		 * @param permits how many of each configured quota
		 */
		void settle(long[] permits);

		/** Gives everything back. */
		void giveBack();

	}

}
