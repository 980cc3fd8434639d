package io.github.ratelimit.sample.chat;

/** The pace at which the stub streams its output, like a real model. */
@FunctionalInterface
interface Pace {

	void beforePiece() throws InterruptedException;

}
