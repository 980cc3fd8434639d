package io.github.ratelimit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits the calls of a bean's method, or of all public methods of a bean's class. A
 * method's annotations replace those of its class.
 *
 * <pre class="code">
 * &#64;RateLimited("chat")
 * &#64;RateLimited({"chat", "chat-tokens"})
 * &#64;RateLimited(rate = "10/min", key = "#userId")
 * &#64;RateLimited(value = "search", fallback = "cachedSearch")
 * &#64;RateLimited(value = "export", unless = "hasRole('PARTNER')")
 * &#64;RateLimited(value = "chat-tokens", cost = "#request.maxTokens", settle = "#result.usage.totalTokens")
 * </pre>
 *
 * Several limits, and several annotations, are all or nothing. A refused call throws
 * {@link RateLimitExceededException}, or calls the fallback; if the method returns a
 * {@code CompletableFuture}, {@code CompletionStage} or {@code Future}, that fails
 * instead. A call without a value for the key of a limit with
 * {@code on-missing-key: deny}, or of one that counts such calls by address while no
 * request is bound to the thread, fails with {@link MissingKeyException}: it does not
 * call the fallback, and over HTTP it becomes a 403. A method that returns a publisher is
 * counted by call, not by subscription. Works on any bean that Spring can proxy, also as
 * a meta-annotation; start-up fails for private, static and final methods, which no proxy
 * can reach.
 * <p>
 * For limits of concurrent calls, a call is in flight until the method returns or throws;
 * until its future is complete, or its publisher terminates or is cancelled; and, if the
 * method serves a request or its result is written later, until the response is complete.
 * <p>
 * The limit applies before transactions and before {@code @Async}. A call from one method
 * of a bean to another of the same bean does not pass the proxy, and is not limited.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@Repeatable(RateLimits.class)
public @interface RateLimited {

	/**
	 * Names of limits of {@code ratelimit.limits}, or of clients of
	 * {@code ratelimit.clients}: a call takes one request of the client and its cost in
	 * tokens, and {@link #key()} names the model. Empty if {@link #rate()} is given.
	 * @return the names
	 */
	String[] value() default {};

	/**
	 * A rate of this method's own, without configuration: {@code 10/min}, or several
	 * separated by commas. The limit is called {@code Class.method}, after the element
	 * with the annotation, and needs a {@link #key()}. Overloads get the types of their
	 * parameters ({@code Class.method-String-int}), classes of one name their package.
	 * @return the rate, empty if limits are named
	 */
	String rate() default "";

	/**
	 * A SpEL expression for the key whose permits are charged: the method's arguments are
	 * {@code #name}, beans {@code @name}, the request's {@code ip}, {@code user},
	 * {@code header('…')} and so on as in the configuration. It replaces the keys in the
	 * configuration of the limits, but not a {@code key: global}.
	 * @return the expression, empty for the limits' own keys
	 */
	String key() default "";

	/**
	 * A number or a SpEL expression for the permits that a call costs, over the method's
	 * arguments. It applies to the limits that have a {@code cost} in their
	 * configuration, and its own {@link #rate()}.
	 * @return the expression, empty for the limits' own costs
	 */
	String cost() default "";

	/**
	 * A SpEL expression for the actual cost of a call in permits, over the method's
	 * {@code #result} and its arguments: the difference to its cost is given back or
	 * charged. It applies to the limits that have a {@code cost} in their configuration,
	 * and its own {@link #rate()}, if that has a {@link #cost()}.
	 * <p>
	 * For a future the result is its value. For a publisher it is evaluated over each
	 * element, and the last value above 0 is the cost of the call, also when it is
	 * cancelled. Without a value, if the value is 0 or negative, and if evaluating fails,
	 * what was reserved stays taken: libraries report 0 if they do not know the usage.
	 * For a call without any cost, call {@link Permit#settle(long) Permit.settle(0)}. If
	 * a method returns before its work is done in another way, such as by an
	 * {@code SseEmitter}, settle the {@link Permit} instead.
	 * @return the expression, empty if the cost does not change
	 */
	String settle() default "";

	/**
	 * A SpEL condition under which a call is exempt: it is not charged and not counted.
	 * It is evaluated before the call, over the method's arguments and the request's
	 * {@code hasRole('…')}, {@code hasAuthority('…')}, {@code inSubnet('…')} and so on;
	 * the calls that the limits' own {@code unless} exempts are exempt as well. A call
	 * for which it fails is not exempt. It concerns the limits of this annotation.
	 * @return the condition, empty if no call is exempt
	 */
	String unless() default "";

	/**
	 * The name of a method of the same class to call instead when the call is refused:
	 * same arguments, optionally a {@link RateLimitExceededException} or a supertype of
	 * it after them, same return type. It may be private; it is not limited itself.
	 * @return the method's name, empty for the exception
	 */
	String fallback() default "";

}
