package io.github.ratelimit.method;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.ProxyConfig;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.BeanDefinitionStoreException;
import org.springframework.beans.factory.CannotLoadBeanClassException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The limited methods of an application's beans, with their policies. Policies are built
 * at start-up, or at the first call if that is earlier. Thread-safe.
 */
public final class LimitedMethodRegistry {

	private final ConfigurableListableBeanFactory beanFactory;

	private final Supplier<Beans> beanSupplier;

	private final RateLimitedAnnotations annotations = new RateLimitedAnnotations();

	private final ProxyReachabilityCheck reachability = new ProxyReachabilityCheck(this.annotations);

	private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();

	private final ConcurrentMap<Class<?>, ConcurrentMap<Method, MethodPolicy>> policies = new ConcurrentHashMap<>();

	private final Object building = new Object();

	private final LimiterFailures withoutBeans = new LimiterFailures(TimeSource.system());

	private volatile @Nullable Beans beans;

	private volatile boolean prepared;

	private MethodPolicy.@Nullable Builder builder;

	/**
	 * Creates it.
	 * @param beanFactory the application's beans
	 * @param beans the beans of the advice; looked up once, and only if there is a
	 * limited method
	 */
	public LimitedMethodRegistry(ConfigurableListableBeanFactory beanFactory, Supplier<Beans> beans) {
		this.beanFactory = beanFactory;
		this.beanSupplier = beans;
	}

	RateLimitedAnnotations annotations() {
		return this.annotations;
	}

	/** Returns the reporter of failures, including that of finding the beans. */
	LimiterFailures limiterFailures() {
		Beans current = this.beans;
		return (current != null) ? current.limiterFailures() : this.withoutBeans;
	}

	Beans beans() {
		Beans current = this.beans;
		if (current == null) {
			current = this.beanSupplier.get();
			this.beans = current;
		}
		return current;
	}

	/**
	 * Returns the policy of a method that the advisor matched.
	 * @param method the called method, possibly of an interface
	 * @param target the bean, null if there is none behind the proxy
	 * @return the policy
	 */
	MethodPolicy policy(Method method, @Nullable Object target) {
		Class<?> type = (target != null) ? target.getClass() : method.getDeclaringClass();
		ConcurrentMap<Method, MethodPolicy> ofType = this.policies.get(type);
		MethodPolicy policy = (ofType != null) ? ofType.get(method) : null;
		return (policy != null) ? policy : resolve(method, type);
	}

	private MethodPolicy resolve(Method method, Class<?> type) {
		LimitedMethod limited = Objects.requireNonNull(this.annotations.find(method, type),
				() -> "Not limited: " + method + " of " + type.getName());
		if (!this.prepared) {
			prepareAll();
		}
		prepare(List.of(limited));
		MethodPolicy policy = Objects.requireNonNull(policiesOf(limited.type()).get(limited.method()));
		policiesOf(type).put(method, policy);
		return policy;
	}

	private ConcurrentMap<Method, MethodPolicy> policiesOf(Class<?> type) {
		return this.policies.computeIfAbsent(type, (key) -> new ConcurrentHashMap<>());
	}

	/**
	 * Checks and prepares the limited methods of all beans that are defined, created or
	 * not, without creating any.
	 * @throws InvalidRateLimitedMethodException if an annotation cannot work
	 */
	void prepareAll() {
		Map<Class<?>, String> types = candidateTypes();
		List<LimitedMethod> limited = new ArrayList<>();
		types.forEach((type, beanName) -> {
			check(type, beanName);
			limited.addAll(this.annotations.findAll(type));
		});
		prepare(limited);
		this.prepared = true;
	}

	private Map<Class<?>, String> candidateTypes() {
		Map<Class<?>, String> types = new LinkedHashMap<>();
		this.beanFactory.getBeanNamesIterator().forEachRemaining((name) -> {
			Class<?> type = typeOf(name);
			if (type != null && this.annotations.isCandidate(type)) {
				types.putIfAbsent(ClassUtils.getUserClass(type), name);
			}
		});
		return types;
	}

	private @Nullable Class<?> typeOf(String beanName) {
		try {
			return this.beanFactory.containsBean(beanName) ? this.beanFactory.getType(beanName, false) : null;
		}
		catch (CannotLoadBeanClassException | BeanDefinitionStoreException ex) {
			return null; // a definition that fails only when it is used
		}
	}

	/**
	 * Checks whether proxies can reach the annotations of a class.
	 * @param type the class of a bean
	 * @param beanName the bean
	 * @throws InvalidRateLimitedMethodException if an annotation cannot work
	 */
	void check(Class<?> type, String beanName) {
		Class<?> userType = ClassUtils.getUserClass(type);
		if (this.annotations.isCandidate(userType) && this.checked.add(userType)) {
			this.reachability.check(userType, isProxiedByClass(userType, beanName));
			SelfInvocationCheck.warnOf(userType, this.annotations.findAll(userType));
		}
	}

	/**
	 * Checks whether a proxy that has the bean's interfaces only reaches the annotations
	 * of its class.
	 * @param type the class of a bean
	 * @param interfaces what the proxy implements
	 * @throws InvalidRateLimitedMethodException if an annotated method is in none of them
	 */
	void checkInterfaces(Class<?> type, Class<?>[] interfaces) {
		this.annotations.findAll(type)
			.forEach((limited) -> ProxyReachabilityCheck.checkInterfaces(limited, interfaces));
	}

	/**
	 * Returns whether a method is limited.
	 * @param method a method of a class or of one of its interfaces
	 * @param type the class
	 * @return whether calls of it are limited
	 */
	public boolean isLimited(Method method, Class<?> type) {
		return this.annotations.find(method, type) != null;
	}

	/**
	 * Returns whether a class has limited methods.
	 * @param type a class
	 * @return whether something is to be limited
	 */
	boolean isLimited(Class<?> type) {
		return !this.annotations.findAll(type).isEmpty();
	}

	/**
	 * Returns the methods that have a limit of a kind, of those that are prepared.
	 * @param kind tests each limit as the method applies it
	 * @return the names of the methods with their classes, in alphabetical order
	 */
	public Set<String> methodsWith(Predicate<LimitPolicy> kind) {
		Set<String> names = new TreeSet<>();
		this.policies.forEach((type, methods) -> methods.forEach((method, policy) -> {
			if (policy.policies().stream().anyMatch(kind)) {
				names.add(SourceMethods.displayName(ClassUtils.getUserClass(type), method.getName()));
			}
		}));
		return names;
	}

	private boolean isProxiedByClass(Class<?> type, String beanName) {
		return ClassUtils.getAllInterfacesForClass(type).length == 0
				|| AutoProxyUtils.shouldProxyTargetClass(this.beanFactory, beanName)
				|| (this.beanFactory.containsBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME)
						&& this.beanFactory
							.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME) instanceof ProxyConfig config
						&& config.isProxyTargetClass());
	}

	/**
	 * Prepares a class whose beans' type was unknown before the first was created.
	 * @param type the class of a bean
	 * @throws InvalidRateLimitedMethodException if an annotation cannot work
	 */
	void prepareLate(Class<?> type) {
		if (this.prepared) {
			prepare(this.annotations.findAll(type));
		}
	}

	private void prepare(List<LimitedMethod> methods) {
		List<LimitedMethod> missing = methods.stream()
			.filter((method) -> !policiesOf(method.type()).containsKey(method.method()))
			.toList();
		if (missing.isEmpty()) {
			return;
		}
		Beans current = beans();
		synchronized (this.building) {
			if (this.builder == null) {
				this.builder = new MethodPolicy.Builder(current);
			}
			this.builder.nameLimits(missing);
			for (LimitedMethod method : missing) {
				MethodPolicy policy = this.builder.build(method);
				policiesOf(method.type()).putIfAbsent(method.method(), policy);
			}
		}
	}

	/**
	 * The beans that the advice works with.
	 *
	 * @param limiter decides
	 * @param registry gets the limits of annotations that have a rate of their own
	 * @param policies the configured limits
	 * @param expressions reads keys and costs
	 * @param limiterFailures where failures of the limiter are reported
	 * @param killSwitch switches everything off and on
	 * @param scope finds what filter and advice share about a request, null if there are
	 * no requests
	 * @param facts finds the request that a call serves, null if there are no requests
	 * @param executor calls methods that waited for their permits without a thread
	 * @param unseenRequests whether the application serves requests of which nothing is
	 * seen here, as a reactive one
	 */
	public record Beans(ChargeLimiter limiter, LimitRegistry registry, LimitPolicies policies,
			ExpressionParser expressions, LimiterFailures limiterFailures, KillSwitch killSwitch,
			LimitedRequest.@Nullable Current scope, RequestFacts.@Nullable Current facts, Executor executor,
			boolean unseenRequests) {

		@Nullable LimitedRequest currentScope() {
			return (this.scope != null) ? this.scope.get() : null;
		}

		@Nullable RequestFacts currentFacts() {
			return (this.facts != null) ? this.facts.get() : null;
		}

	}

}
