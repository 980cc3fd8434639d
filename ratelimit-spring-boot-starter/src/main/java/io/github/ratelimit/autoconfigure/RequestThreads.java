package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.RateLimiter;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * How many of the threads that serve requests calls may hold while they wait for their
 * turn.
 *
 * @param all how many threads serve requests, {@link Integer#MAX_VALUE} where waiting
 * costs none of them: virtual threads, or no server of ours
 */
record RequestThreads(int all) {

	/** Waiting calls cost no request threads. */
	static final RequestThreads NONE_HELD = new RequestThreads(Integer.MAX_VALUE);

	/** What Tomcat and Jetty have unless configured. */
	private static final int DEFAULT = 200;

	private static final int PART_FOR_WAITING = 4;

	/**
	 * Finds out by the configuration of the server of an application with servlets.
	 * @param environment the application's properties
	 */
	static RequestThreads of(Environment environment) {
		if (Threading.VIRTUAL.isActive(environment)) {
			return NONE_HELD;
		}
		Binder binder = Binder.get(environment);
		int tomcat = most(binder, "server.tomcat.threads.max");
		int jetty = most(binder, "server.jetty.threads.max");
		boolean onTomcat = isPresent("org.apache.catalina.startup.Tomcat");
		boolean onJetty = isPresent("org.eclipse.jetty.server.Server");
		return new RequestThreads(onTomcat && onJetty ? Math.min(tomcat, jetty) : onJetty ? jetty : tomcat);
	}

	private static int most(Binder binder, String property) {
		BindResult<Integer> configured = binder.bind(property, Integer.class);
		return configured.isBound() ? configured.get() : DEFAULT;
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, RequestThreads.class.getClassLoader());
	}

	/** Returns whether waiting calls hold request threads. */
	boolean areHeld() {
		return this.all != Integer.MAX_VALUE;
	}

	/**
	 * Returns what a limit that lets calls wait says of it at start-up.
	 * @return a text, null where waiting calls hold none
	 */
	@Nullable String describe() {
		return !areHeld() ? null : "at most " + forWaiting() + " of " + this.all + " request threads wait, "
				+ WaitingThreadLimit.perKey(forWaiting()) + " for one key";
	}

	/** Returns how many calls may wait at a time with their threads. */
	int forWaiting() {
		return areHeld() ? Math.max(0, this.all) / PART_FOR_WAITING : Integer.MAX_VALUE;
	}

}
