package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An engine with somebody who sees each container's document before anybody else does. It is made from the port as a
 * whole: no method that returns a container can be forgotten.
 */
final class LearningEngine {
    private LearningEngine() {}

    static Engine around(Engine engine, Consumer<ContainerDocument> seen) {
        return (Engine) Proxy.newProxyInstance(
                LearningEngine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(engine, arguments);
                        show(result, seen);
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private static void show(@Nullable Object result, Consumer<ContainerDocument> seen) {
        if (result instanceof ContainerDocument container) {
            seen.accept(container);
        } else if (result instanceof Optional<?> optional) {
            optional.ifPresent(value -> show(value, seen));
        } else if (result instanceof Collection<?> many) {
            many.forEach(value -> show(value, seen));
        }
    }
}
