package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.queue.WaitingThreadLimit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The number of request threads that queued calls may hold.
 *
 * @param all how many threads serve requests, {@link Integer#MAX_VALUE} if waiting holds
 * none of them: with virtual threads, or without a server
 * @param serving whether the current thread is one of them
 */
record RequestThreads(int all, BooleanSupplier serving) {

	/** Queued calls hold no request threads. */
	static final RequestThreads NONE_HELD = new RequestThreads(Integer.MAX_VALUE, () -> false);

	/** The default of Tomcat and Jetty. */
	private static final int DEFAULT = 200;

	private static final int PART_FOR_WAITING = 4;

	/**
	 * Reads the number from the configuration of the servlet server.
	 * @param environment the application's properties
	 * @param serving whether the current thread serves a request
	 */
	static RequestThreads of(Environment environment, BooleanSupplier serving) {
		if (Threading.VIRTUAL.isActive(environment)) {
			return NONE_HELD;
		}
		Binder binder = Binder.get(environment);
		int tomcat = most(binder, "server.tomcat.threads.max");
		int jetty = most(binder, "server.jetty.threads.max");
		boolean onTomcat = isPresent("org.apache.catalina.startup.Tomcat");
		boolean onJetty = isPresent("org.eclipse.jetty.server.Server");
		return new RequestThreads(onTomcat && onJetty ? Math.min(tomcat, jetty) : onJetty ? jetty : tomcat, serving);
	}

	private static int most(Binder binder, String property) {
		BindResult<Integer> configured = binder.bind(property, Integer.class);
		return configured.isBound() ? configured.get() : DEFAULT;
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, RequestThreads.class.getClassLoader());
	}

	/** Returns whether queued calls hold request threads. */
	boolean areHeld() {
		return this.all != Integer.MAX_VALUE;
	}

	/**
	 * Returns the text of the start-up report for a limit that lets calls wait.
	 * @return a text, null if waiting calls hold none
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
