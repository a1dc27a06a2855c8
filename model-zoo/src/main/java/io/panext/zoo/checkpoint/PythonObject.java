package io.panext.zoo.checkpoint;

import net.razorvine.pickle.IObjectConstructor;

/**
 * Stands for a Python class or function that a pickle names, and also for whatever calling it would have made.
 *
 * <p>Only the few that a state dict consists of have a meaning here. Nothing is looked up, loaded or executed for any of
 * the others: they are their names.
 *
 * @param type module and name, as Python would import them
 */
record PythonObject(String type) implements IObjectConstructor {

    @Override
    public Object construct(Object[] arguments) {
        return switch (type) {
            case "collections.OrderedDict" -> arguments.length == 0 ? new PythonDict() : this;
            case "torch.Size", "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
                arguments[0];
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" ->
                arguments[0] instanceof TorchStorage storage
                        ? TorchTensor.of(storage, arguments[1], arguments[2], arguments[3])
                        : this;
            default -> this;
        };
    }
}
