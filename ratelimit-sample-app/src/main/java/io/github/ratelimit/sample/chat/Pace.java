package io.github.ratelimit.sample.chat;

/** How fast the stub says what it says in a stream: a real model needs its time. */
@FunctionalInterface
interface Pace {

	void beforePiece() throws InterruptedException;

}
