package io.github.ratelimit;

/** The permit of a call without limits, which holds nothing. */
enum EmptyPermit implements Permit {

	INSTANCE;

	@Override
	public boolean settle(long actual) {
		return false;
	}

	@Override
	public boolean settle(String limit, long actual) {
		return false;
	}

	@Override
	public void spend(long permits) {
		// nothing is held
	}

	@Override
	public void close() {
		// nothing is held
	}

	@Override
	public void fail() {
		// nothing is held
	}

	@Override
	public boolean giveBack() {
		return false;
	}

}
